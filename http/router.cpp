#include "http/router.hpp"

#include "actors/clock.hpp"
#include "http/authorization.hpp"
#include "http/change_json.hpp"
#include "http/health_json.hpp"
#include "http/host_page.hpp"
#include "http/page_files.hpp"
#include "http/page_response.hpp"
#include "http/row_json.hpp"
#include "http/stream_query.hpp"
#include "http/stream_request.hpp"

#include <memory>

namespace volumeviz::http {

namespace {

response json_response(int status, std::string body) {
  return {.status = status, .body = std::move(body), .headers = {}};
}

/// Orchestrators probe the first two without a token, and the answers hold no secret. The files of
/// the page hold no data; the page itself asks for the token.
bool is_public(const std::string& path) {
  return path == "/api/v1/health/live" || path == "/api/v1/health/ready"
         || find_page_file(path) != nullptr;
}

response wrong_method(const std::string& allow) {
  auto refused = error_response(405, "this path answers " + allow + " only");
  refused.headers.emplace_back("Allow", allow);
  return refused;
}

int status_of(ec code) {
  return code == ec::bad_request ? 400 : 503;
}

} // namespace

response error_response(int status, const std::string& sentence) {
  return json_response(status, error_json(sentence));
}

router::router(node_view& view, stored_rows stored, access_rules access,
               std::ptrdiff_t inventory_slots, std::function<void()> before_metrics)
    : view_{view}, stored_{stored}, access_{std::move(access)}, inventory_slots_{inventory_slots},
      before_metrics_{std::move(before_metrics)} {
}

const std::vector<router::route>& router::routes() {
  static const std::vector<route> table{
      {"/", "GET", &router::page},
      {"/api/v1/health", "GET", &router::health},
      {"/health", "GET", &router::health},
      {"/api/v1/health/events", "GET", &router::events},
      {"/health/events", "GET", &router::events},
      {"/api/v1/health/live", "GET", &router::live},
      {"/health/live", "GET", &router::live},
      {"/api/v1/health/ready", "GET", &router::ready},
      {"/health/ready", "GET", &router::ready},
      {"/api/v1/health/events/reconcile", "POST", &router::reconcile},
      {"/health/events/reconcile", "POST", &router::reconcile},
      {"/metrics", "GET", &router::metrics},
      {"/api/v1/volumes", "GET", &router::volumes},
      {"/api/v1/containers", "GET", &router::containers},
      {"/api/v1/mounts", "GET", &router::mounts},
      {"/api/v1/hosts", "GET", &router::hosts},
      {"/api/v1/changes", "GET", &router::changes},
      {"/api/v1/changes/stream", "GET", &router::stream},
      {"/api/v1/actors", "GET", &router::actors},
  };
  return table;
}

response router::answer(const request& what) noexcept {
  try {
    return route_request(what);
  } catch (...) {
    // Without the exception's text, which may hold anything, for example a statement with its
    // values.
    return error_response(500, "couldn't answer: there is a defect in the program");
  }
}

response router::route_request(const request& asked) {
  auto what = asked;
  while (what.path.size() > 1 && what.path.back() == '/')
    what.path.pop_back();
  if (const auto why = foreign_because(access_, what.method, what.from))
    return error_response(403, *why);
  if (!access_.token.empty() && !is_public(what.path)
      && !is_authorized(what.authorization, access_.token)) {
    auto refused = error_response(401, "missing or wrong token: send the header 'Authorization: "
                                       "Bearer TOKEN' with the token of HTTP_AUTH_TOKEN");
    refused.headers.emplace_back("WWW-Authenticate", "Bearer");
    return refused;
  }
  const bool of_page = find_page_file(what.path) != nullptr;
  for (const auto& candidate : routes()) {
    if (what.path != candidate.path && !(of_page && candidate.handler == &router::page))
      continue;
    const std::string allowed = candidate.method;
    if (what.method == allowed || (allowed == "GET" && what.method == "HEAD"))
      return (this->*candidate.handler)(what);
    return wrong_method(allowed == "GET" ? "GET, HEAD" : allowed);
  }
  if (const auto path = parse_resource_path(what.path)) {
    const bool reads = what.method == "GET" || what.method == "HEAD";
    return reads ? resource(what, *path) : wrong_method("GET, HEAD");
  }
  return error_response(404, "no such path; the page at / links to all paths");
}

response router::page(const request& what) {
  if (view_.role() == node_role::agent)
    return error_response(404, "this node is an agent and has no page; open the page of the hub "
                               "that HUB_ADDRESS names, at the hub's HTTP address");
  return page_response(*find_page_file(what.path), what);
}

response router::health(const request&) {
  auto report = view_.health();
  if (!report)
    return error_response(503, report.error().text);
  return json_response(report->status == health_status::unhealthy ? 503 : 200,
                       health_json(*report));
}

response router::events(const request&) {
  auto report = view_.health();
  if (!report)
    return error_response(503, report.error().text);
  return json_response(report->events.status == health_status::unhealthy ? 503 : 200,
                       events_json(*report));
}

response router::live(const request&) {
  auto reasons = view_.unresponsive();
  return json_response(reasons.empty() ? 200 : 503, probe_json(reasons, "unresponsive"));
}

response router::ready(const request&) {
  auto reasons = view_.not_ready_because();
  return json_response(reasons.empty() ? 200 : 503, probe_json(reasons, "not_ready"));
}

response router::reconcile(const request& what) {
  // Bodies are not read, so a type in one would be ignored and start a full run.
  if (what.has_body)
    return error_response(415, "this path accepts no body: put the type into the query, as in "
                               "?type=volumes");
  auto scope = parse_scope(what.query);
  if (!scope)
    return error_response(400, scope.error().text);
  auto ticket = view_.reconcile(*scope);
  if (!ticket)
    return error_response(503, ticket.error().text);
  return json_response(202, ticket_json(*ticket));
}

response router::metrics(const request&) {
  before_metrics_();
  return {
      .body = view_.metrics(), .type = "text/plain; version=0.0.4; charset=utf-8", .headers = {}};
}

response router::actors(const request&) {
  return json_response(200, actors_json(view_.actors()));
}

std::optional<response> router::nothing_stored(bool of_the_past) const {
  if (stored_.rows == nullptr)
    return error_response(404, "this node is an agent and has no rows of its own; ask the hub "
                               "that HUB_ADDRESS names, at the hub's HTTP address");
  if (of_the_past && stored_.past == nullptr)
    return error_response(404, "this node keeps no history: HISTORY_RETENTION is 0");
  return std::nullopt;
}

template <class Answer>
response router::with_slot(Answer answer) {
  if (!inventory_slots_.try_acquire()) {
    auto busy = error_response(503, "too many requests are waiting for the database; try again in "
                                    "some seconds");
    busy.headers.emplace_back("Retry-After", "5");
    return busy;
  }
  const auto release = [](std::counting_semaphore<>* slots) { slots->release(); };
  const std::unique_ptr<std::counting_semaphore<>, decltype(release)> slot{&inventory_slots_,
                                                                           release};
  return answer();
}

template <class Answer>
response router::with_query(const request& what, listed_rows kind, Answer answer) {
  if (auto refused = nothing_stored(false))
    return *refused;
  auto query = parse_query(what.query, kind);
  if (!query)
    return error_response(400, query.error().text);
  if (auto refused = nothing_stored(query->at.has_value()))
    return *refused;
  return with_slot([&] { return answer(*query); });
}

template <class Row>
response router::inventory_page(
    const request& what, listed_rows kind,
    result<persistence::page<Row>> (persistence::inventory::*rows_of)(const persistence::query&)) {
  return with_query(what, kind, [&](const persistence::query& query) {
    auto rows = (stored_.rows->*rows_of)(query);
    if (!rows)
      return error_response(status_of(rows.error().code), rows.error().text);
    return json_response(200, page_json(*rows));
  });
}

response router::volumes(const request& what) {
  return inventory_page(what, listed_rows::volumes, &persistence::inventory::volumes);
}

response router::containers(const request& what) {
  return inventory_page(what, listed_rows::containers_or_mounts,
                        &persistence::inventory::containers);
}

response router::mounts(const request& what) {
  return inventory_page(what, listed_rows::containers_or_mounts, &persistence::inventory::mounts);
}

response router::changes(const request& what) {
  if (auto refused = nothing_stored(true))
    return *refused;
  const auto query = parse_change_query(what.query);
  if (!query)
    return error_response(400, query.error().text);
  return with_slot([&] {
    const auto page = stored_.past->changes(*query);
    if (!page)
      return error_response(status_of(page.error().code), page.error().text);
    return json_response(200, change_page_json(*page));
  });
}

response router::stream(const request& what) {
  if (auto refused = nothing_stored(true))
    return *refused;
  auto wanted = parse_stream_query(what.query, what.last_event_id);
  if (!wanted)
    return error_response(400, wanted.error().text);
  return with_slot([&] { return begun_stream(*stored_.past, std::move(*wanted)); });
}

response router::resource(const request& what, const resource_path& path) {
  if (auto refused = nothing_stored(false))
    return *refused;
  if (!what.query.empty())
    return error_response(400, "this path has no parameters");
  return with_slot([&] {
    auto found = answer_resource(stored_, path);
    return json_response(found.status, std::move(found.body));
  });
}

response router::hosts(const request& what) {
  return with_query(what, listed_rows::hosts, [this](const persistence::query& query) {
    return view_.role() == node_role::hub ? hosts_of_a_hub(query) : hosts_of_a_node(query);
  });
}

response router::hosts_of_a_node(const persistence::query& asked) {
  auto rows = stored_.rows->hosts(asked);
  if (!rows)
    return error_response(status_of(rows.error().code), rows.error().text);
  if (const auto health = view_.health()) {
    host_report own;
    own.host = view_.name();
    own.verified_at = health->events.verified_at;
    raise_verified_at(rows->items, {own});
  }
  return json_response(200, page_json(*rows));
}

response router::hosts_of_a_hub(const persistence::query& asked) {
  auto rows = stored_.rows->hosts(asked);
  if (!rows)
    return error_response(status_of(rows.error().code), rows.error().text);
  // Rows without a status would look like those of healthy hosts.
  auto fleet = view_.hosts();
  if (!fleet)
    return error_response(503, fleet.error().text);
  raise_verified_at(rows->items, *fleet);
  return json_response(200, page_json(with_hosts_without_rows(std::move(*rows), asked, *fleet),
                                      *fleet, system_now()));
}

} // namespace volumeviz::http
