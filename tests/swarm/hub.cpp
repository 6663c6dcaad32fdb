#include "tests/swarm/hub.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace volumeviz::swarm {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t shown = 10;

} // namespace

hub::hub(integration::database_kind kind, support::variables own)
    : database_(integration::make_database(kind)),
      rows_(database_->url()), address_{"127.0.0.1", support::free_port()}, own_(std::move(own)) {
}

void hub::start(const support::variables& more) {
  support::variables settings{{"EVENTS_ENABLED", "true"},
                              {"NODE_ROLE", "hub"},
                              {"NODE_NAME", "hub"},
                              {"HUB_LISTEN", to_string(address_)},
                              {"DATABASE_URL", database_->url()}};
  for (const auto& all : {own_, more})
    for (const auto& [name, value] : all)
      settings[name] = value;
  program_.reset();
  program_.emplace(integration::program_path(), settings);
  const auto waits = [this] {
    return program_->log().find("waiting for agents") != std::string::npos;
  };
  if (!support::eventually([&] { return !program_->running() || waits(); }, 20s)
      || !program_->running())
    throw std::runtime_error{"the hub did not start:\n" + program_->log()};
}

void hub::kill() {
  program_->signal(SIGKILL);
  if (!program_->wait(10s))
    throw std::runtime_error{"the hub did not die"};
}

void hub::stop() {
  program_->signal(SIGTERM);
  if (program_->wait(15s) != 0)
    throw std::runtime_error{"the hub did not stop in order:\n" + program_->log()};
}

std::vector<std::string> wrong_rows(hub& where, const crowd& agents) {
  std::vector<std::string> lines;
  std::size_t volumes = 0, containers = 0, mounts = 0;
  for (std::size_t i = 0; i < agents.size() && lines.size() < shown; ++i) {
    const auto& host = agents.host(i);
    const auto wanted = host.rows();
    volumes += wanted.volumes.size();
    containers += wanted.containers.size();
    mounts += wanted.mounts.size();
    for (const auto& line : integration::differences(where.rows().rows(host.name()), wanted))
      if (lines.size() < shown)
        lines.push_back(host.name() + ": " + line);
  }
  if (!lines.empty())
    return lines;
  const auto count = [&](const std::string& table, std::size_t wanted) {
    const auto found = where.rows().number("SELECT count(*) FROM " + table);
    if (static_cast<std::size_t>(found) != wanted)
      lines.push_back(fmt::format("{} has {} rows, should have {}", table, found, wanted));
  };
  count("hosts", agents.size());
  count("volumes", volumes);
  count("containers", containers);
  count("volume_mounts", mounts);
  return lines;
}

} // namespace volumeviz::swarm
