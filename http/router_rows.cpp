// The paths that answer from the database.
#include "actors/clock.hpp"
#include "http/change_json.hpp"
#include "http/host_page.hpp"
#include "http/router.hpp"
#include "http/row_json.hpp"
#include "http/stream_query.hpp"
#include "http/stream_request.hpp"

#include <memory>

namespace volumeviz::http {

namespace {

int status_of(ec code) {
  return code == ec::bad_request ? 400 : 503;
}

} // namespace

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
  return inventory_page(what, listed_rows::containers, &persistence::inventory::containers);
}

response router::mounts(const request& what) {
  return inventory_page(what, listed_rows::mounts, &persistence::inventory::mounts);
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

response router::history(const request& what) {
  if (auto refused = nothing_stored(true))
    return *refused;
  const auto host = parse_history_host(what.query);
  if (!host)
    return error_response(400, host.error().text);
  return with_slot([&] {
    const auto bounds = stored_.past->bounds(*host);
    if (!bounds)
      return error_response(status_of(bounds.error().code), bounds.error().text);
    return json_response(200, history_json(bounds->begins_at));
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
