// The environment: an input is lines of NAME=VALUE.
#include "config/settings.hpp"

#include "config/setting_table.hpp"
#include "persistence/url.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "text/secrets.hpp"

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::fuzz;

namespace {

config::environment environment_of(std::string_view text) {
  // Makes the defaults independent of the machine.
  config::environment out{{"HOME", "/home/fuzz"}, {"NODE_NAME", "fuzz"}};
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // No environment can hold a NUL or a name with "=".
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && line.find('\0') == std::string_view::npos)
      out[std::string{line.substr(0, equals)}] = line.substr(equals + 1);
  }
  return out;
}

bool names_a_variable(std::string_view complaint) {
  const auto named = [&](const config::setting& x) { return complaint.starts_with(x.name); };
  return complaint.starts_with("EVENTS_") || std::ranges::any_of(config::setting_table(), named);
}

void check_complaint(std::string_view complaint, const config::environment& given) {
  must(one_line(complaint), "a complaint is one line", complaint);
  must(names_a_variable(complaint), "a complaint names the variable", complaint);
  must(complaint.find("llowed is ") != std::string_view::npos
           || complaint.find("no such setting") != std::string_view::npos
           || complaint.find(" is not set: ") != std::string_view::npos,
       "a complaint says what is allowed", complaint);
  // Shorter ones may be part of the sentence itself.
  const auto token = given.find("HTTP_AUTH_TOKEN");
  if (complaint.starts_with("HTTP_AUTH_TOKEN") && token != given.end() && token->second.size() > 12)
    must(complaint.find(token->second) == std::string_view::npos, "a token is shown nowhere");
}

void check_settings(const config::settings& x) {
  must(x.events_queue_size >= 1 && x.events_queue_size <= 1'000'000, "the queue has a size");
  must(x.backoff_min.count() >= 1 && x.backoff_min <= x.backoff_max, "backoff is a range");
  must(x.reconcile_interval.count() >= 0 && x.idle_degraded_after.count() >= 0
           && x.actor_stats_interval.count() >= 0,
       "no duration is negative");
  must(!x.database_url.empty() && !x.node_name.empty() && x.node_name.size() <= 253,
       "what every table needs is there");
  must(!x.docker_tls_verify || !x.docker_cert_path.empty(), "TLS has its folder");
  must(one_line(x.http_auth_token) && one_line(x.node_name), "these are lines of text");
  if (x.role == config::node_role::agent)
    must(x.hub_address.has_value(), "an agent has a hub");
  // The store checks more; it refuses with its own sentence.
  const auto where = persistence::parse_url(x.database_url);
  if (!where)
    must(where.error().code == ec::bad_request && one_line(where.error().text),
         "a DATABASE_URL is refused in one line", where.error().text);
  else
    must(one_line(where->display), "a database can be named in a log", where->display);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto given = environment_of(text_of(data, size));
  const auto read = config::read_settings(given);
  if (read) {
    check_settings(*read);
    return 0;
  }
  must(!read.error().empty(), "settings that are refused are complained about");
  for (const auto& complaint : read.error())
    check_complaint(complaint, given);
  return 0;
}
