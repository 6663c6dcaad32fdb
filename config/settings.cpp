#include "config/settings.hpp"

#include "config/default_database.hpp"
#include "config/duration.hpp"
#include "config/service_link.hpp"
#include "config/setting_readers.hpp"
#include "config/setting_table.hpp"
#include "config/similar.hpp"
#include "text/secrets.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace volumeviz::config {

namespace {

using complaints = std::vector<std::string>;

/// Empty when it is not set; set and empty counts as not set.
std::string_view value_of(const environment& variables, std::string_view name) {
  const auto found = variables.find(std::string{name});
  return found == variables.end() ? std::string_view{} : std::string_view{found->second};
}

std::string shown(const setting& which, std::string_view value) {
  switch (which.how_shown) {
  case setting::shown::plain:
    return text::in_quotes(value);
  case setting::shown::as_url:
    return text::in_quotes(text::without_secrets(value));
  case setting::shown::never:
    break;
  }
  return "(hidden)";
}

std::string complaint_about(const setting& which, std::string_view value, const std::string& why) {
  auto line = std::string{which.name} + '=' + shown(which, value) + ": allowed is "
              + std::string{which.allowed};
  if (!why.empty())
    line += " (" + why + ')';
  return line;
}

/// Null for a setting that its reader has validated.
const validators::validator* validator_of(const validators& all, std::string_view name) {
  if (name == "DOCKER_HOST")
    return all.docker_host ? &all.docker_host : nullptr;
  if (name == "HISTORY_EXCLUDE")
    return all.history_exclude ? &all.history_exclude : nullptr;
  return name == "DATABASE_URL" && all.database_url ? &all.database_url : nullptr;
}

void read_each(const environment& variables, const validators& validate, settings& into,
               complaints& wrong) {
  for (const auto& each : setting_table()) {
    const auto value = value_of(variables, each.name);
    if (value.empty())
      continue;
    auto why = each.read(value, into);
    if (const auto* validator = validator_of(validate, each.name); !why && validator)
      why = (*validator)(std::string{value});
    if (why)
      wrong.push_back(complaint_about(each, value, *why));
  }
}

/// The value of a mistyped variable may be a secret: it is hidden when the name sounds like one.
bool sounds_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 6> words{"TOKEN", "PASS", "SECRET",
                                                         "KEY",   "URL",  "AUTH"};
  return std::ranges::any_of(
      words, [name](auto word) { return name.find(word) != std::string_view::npos; });
}

void find_unknown(const environment& variables, settings& into, complaints& wrong) {
  static constexpr std::string_view prefix = "EVENTS_";
  std::vector<std::string_view> known;
  for (const auto& each : setting_table())
    if (each.name.starts_with(prefix))
      known.push_back(each.name);
  std::string links;
  for (const auto& [name, value] : variables) {
    if (!name.starts_with(prefix) || value.empty() || std::ranges::find(known, name) != known.end())
      continue;
    auto shown_name = text::in_quotes(name);
    shown_name = shown_name.substr(1, shown_name.size() - 2);
    if (is_service_link(name, value)) {
      links.append(links.empty() ? "" : ", ").append(shown_name);
      continue;
    }
    auto line = shown_name + '=' + (sounds_secret(name) ? "(hidden)" : text::in_quotes(value))
                + ": there is no such setting";
    if (const auto meant = most_similar(name, known))
      line += "; did you mean " + std::string{*meant} + '?';
    else
      line += "; --help lists all";
    wrong.push_back(std::move(line));
  }
  if (!links.empty())
    into.notices.push_back(
        "ignored variables that look injected for a service or link named events "
        "(in Kubernetes, enableServiceLinks: false turns this off): "
        + links);
}

/// The docker CLI prefers a context to DOCKER_HOST; this program does not read contexts.
void notice_docker_context(const environment& variables, settings& into) {
  const auto context = value_of(variables, "DOCKER_CONTEXT");
  if (!context.empty() && context != "default" && into.role != node_role::hub)
    into.notices.push_back("DOCKER_CONTEXT=" + text::in_quotes(context)
                           + " is ignored: the node watches the daemon at DOCKER_HOST="
                           + text::in_quotes(text::without_secrets(into.docker_host)));
}

void check_backoff(const settings& read, complaints& wrong) {
  if (read.backoff_max < read.backoff_min)
    wrong.push_back("EVENTS_BACKOFF_MAX_DURATION="
                    + text::in_quotes(format_duration(read.backoff_max))
                    + ": allowed is a duration not below EVENTS_BACKOFF_MIN_DURATION, which is "
                    + format_duration(read.backoff_min));
}

void default_cert_path(const environment& variables, settings& into, complaints& wrong) {
  if (!into.docker_tls_verify || !into.docker_cert_path.empty())
    return;
  const auto home = value_of(variables, "HOME");
  if (home.empty())
    wrong.emplace_back("DOCKER_CERT_PATH is not set: DOCKER_TLS_VERIFY needs the folder of ca.pem, "
                       "cert.pem and key.pem, "
                       "and without HOME there is no default for it");
  else
    into.docker_cert_path = std::string{home} + "/.docker";
}

void default_database_url(const environment& variables, settings& into, complaints& wrong) {
  if (!into.database_url.empty() || !value_of(variables, "DATABASE_URL").empty())
    return;
  if (auto url = default_database(variables, ::geteuid() == 0))
    into.database_url = std::move(*url);
  else
    wrong.emplace_back("DATABASE_URL is not set: without HOME there is no default; allowed is "
                       "sqlite:///ABSOLUTE/PATH.db "
                       "or postgresql://USER:PASSWORD@HOST:PORT/NAME");
}

void default_node_name(const environment& variables, settings& into, complaints& wrong) {
  if (!into.node_name.empty() || !value_of(variables, "NODE_NAME").empty())
    return;
  std::array<char, 256> name{}; // one more than Linux' longest, so always terminated
  if (::gethostname(name.data(), name.size() - 1) != 0 || !text::is_host_name(name.data())) {
    wrong.push_back("NODE_NAME is not set: the host name, " + text::in_quotes(name.data())
                    + ", can't stand in for it; allowed is " + text::host_name_rule);
    return;
  }
  into.node_name = name.data();
  into.node_name_from_daemon = into.role != node_role::hub && in_container(variables, name.data());
}

/// The hub's port must not be open to all machines by accident.
void check_plain_hub(const settings& read, complaints& wrong) {
  const auto refuse = [&](const char* name, const text::host_port& address) {
    if (!text::is_loopback(address.host))
      wrong.push_back(std::string{name} + '=' + text::in_quotes(to_string(address))
                      + ": without HUB_TLS_CERT, HUB_TLS_KEY and HUB_TLS_CA allowed is a loopback "
                        "address only, unless "
                        "HUB_INSECURE=true");
  };
  if (read.role == node_role::hub)
    refuse("HUB_LISTEN", read.hub_listen);
  if (read.role == node_role::agent && read.hub_address)
    refuse("HUB_ADDRESS", *read.hub_address);
}

void check_hub(const environment& variables, const settings& read, complaints& wrong) {
  if (read.role == node_role::agent && value_of(variables, "HUB_ADDRESS").empty())
    wrong.emplace_back(
        "HUB_ADDRESS is not set: NODE_ROLE=agent needs it; allowed is HOST:PORT of the hub");
  const auto files = {&read.hub_tls_cert, &read.hub_tls_key, &read.hub_tls_ca};
  const auto given = std::ranges::count_if(files, [](const auto* file) { return !file->empty(); });
  if (given == 0 && !read.hub_insecure)
    check_plain_hub(read, wrong);
  if (given == 0 || given == 3)
    return;
  for (const auto* name : {"HUB_TLS_CERT", "HUB_TLS_KEY", "HUB_TLS_CA"})
    if (value_of(variables, name).empty())
      wrong.push_back(std::string{name}
                      + " is not set: allowed is all of HUB_TLS_CERT, HUB_TLS_KEY and HUB_TLS_CA, "
                        "or none of them");
}

} // namespace

tl::expected<settings, std::vector<std::string>> read_settings(const environment& variables,
                                                               const validators& validate) {
  settings result;
  complaints wrong;
  read_each(variables, validate, result, wrong);
  find_unknown(variables, result, wrong);
  notice_docker_context(variables, result);
  check_backoff(result, wrong);
  default_cert_path(variables, result, wrong);
  default_database_url(variables, result, wrong);
  default_node_name(variables, result, wrong);
  check_hub(variables, result, wrong);
  if (!wrong.empty())
    return tl::unexpected{std::move(wrong)};
  return result;
}

bool in_container(const environment& variables, std::string_view host_name) {
  // Docker, Podman and nerdctl name a container after the first 12 digits of its id. A machine that
  // has such a name by chance loses nothing: its daemon has the same name.
  const bool is_id = host_name.size() == 12
                     && host_name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_id || !value_of(variables, "KUBERNETES_SERVICE_HOST").empty()
         || ::access("/.dockerenv", F_OK) == 0 || ::access("/run/.containerenv", F_OK) == 0;
}

std::string describe_settings() {
  std::string result;
  for (const auto& each : setting_table()) {
    result.append("  ")
        .append(each.name)
        .append(" (default ")
        .append(each.default_text)
        .append(")\n");
    result.append("      ")
        .append(each.meaning)
        .append("; allowed: ")
        .append(each.allowed)
        .append("\n");
  }
  return result;
}

} // namespace volumeviz::config
