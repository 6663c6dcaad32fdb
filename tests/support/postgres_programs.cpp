#include "tests/support/postgres_programs.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <pwd.h>
#include <stdexcept>
#include <unistd.h>

namespace volumeviz::support {

namespace {

std::string folder_of_programs() {
  std::string best;
  int best_version = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib/postgresql", ignored}) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > best_version && std::filesystem::exists(entry.path() / "bin/initdb")) {
      best_version = version;
      best = entry.path() / "bin";
    }
  }
  if (best.empty())
    if (const auto found = find_program("initdb"); !found.empty())
      best = std::filesystem::path{found}.parent_path();
  return best;
}

} // namespace

std::string postgres_program(const std::string& name) {
  static const auto folder = folder_of_programs();
  return folder.empty() ? std::string{} : folder + '/' + name;
}

void give_to_postgres(const scratch_folder& folder) {
  const auto* user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
  if (user == nullptr)
    return;
  const auto give = [&](const std::filesystem::path& path) {
    if (::lchown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error{"can't give " + path.string() + " to the user postgres"};
  };
  give(folder.path());
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder.path()})
    give(entry.path());
}

command as_postgres(command what) {
  if (::geteuid() != 0)
    return what;
  // The change of user clears the signal that the child gets when this program dies, so setpriv
  // sets it again.
  const std::vector<std::string> prefix{"setpriv",          "--reuid=postgres",
                                        "--regid=postgres", "--clear-groups",
                                        "--pdeathsig",      ::sigabbrev_np(what.on_parent_death)};
  what.arguments.insert(what.arguments.begin(), prefix.begin(), prefix.end());
  return what;
}

void run_to_end(const command& what) {
  process child{what};
  if (child.wait(std::chrono::seconds{30}) != 0)
    throw std::runtime_error{what.arguments.front() + " failed: " + file_text(what.errors)};
}

std::string psql(const std::string& database_url, const std::vector<std::string>& statements) {
  const scratch_folder output;
  std::vector<std::string> arguments{
      postgres_program("psql"), "--no-psqlrc", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"};
  for (const auto& each : statements)
    arguments.insert(arguments.end(), {"-c", each});
  arguments.push_back(database_url);
  run_to_end({.arguments = std::move(arguments),
              .environment = minimal_environment(),
              .output = output / "out",
              .errors = output / "err"});
  return file_text(output / "out");
}

} // namespace volumeviz::support
