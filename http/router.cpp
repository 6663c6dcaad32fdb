#include "http/router.hpp"

#include "http/authorization.hpp"
#include "http/embedded_files.hpp"
#include "http/health_json.hpp"

namespace volumeviz::http {

namespace {

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

/// A file of the build. A browser asks again each time, so that it never has one of another version
/// of the program.
response file_response(const embedded_file& file, const request& what) {
  response answer{.body = {},
                  .type = std::string{file.type},
                  .headers = {{"Cache-Control", "no-cache"},
                              {"ETag", std::string{file.etag}},
                              {"Vary", "Accept-Encoding"}}};
  if (what.if_none_match.find(file.etag) != std::string::npos) {
    answer.status = 304;
    return answer;
  }
  answer.body = what.gzip ? file.gzip : file.text;
  if (what.gzip)
    answer.headers.emplace_back("Content-Encoding", "gzip");
  return answer;
}

} // namespace

response json_response(int status, std::string body) {
  return {.status = status, .body = std::move(body), .headers = {}};
}

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
      {"/api/v1/history", "GET", &router::history},
      {"/api/v1/actors", "GET", &router::actors},
      {"/api/v1/openapi.json", "GET", &router::openapi},
  };
  return table;
}

std::vector<std::pair<std::string, std::string>> router::paths() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& each : routes())
    all.emplace_back(each.path, each.method);
  for (const auto* each : resource_templates)
    all.emplace_back(each, "GET");
  return all;
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
  return error_response(404, "no such path; /api/v1/openapi.json describes all paths");
}

response router::page(const request& what) {
  if (view_.role() == node_role::agent)
    return error_response(404, "this node is an agent and has no page; open the page of the hub "
                               "that HUB_ADDRESS names, at the hub's HTTP address");
  auto answer = file_response(*find_page_file(what.path), what);
  answer.headers.emplace_back("Content-Security-Policy",
                              "default-src 'self'; base-uri 'none'; form-action 'none'; "
                              "frame-ancestors 'none'; object-src 'none'");
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  return answer;
}

response router::openapi(const request& what) {
  return file_response(api_document(), what);
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

} // namespace volumeviz::http
