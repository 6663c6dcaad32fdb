#include "tests/simulation/past_oracle.hpp"

#include "text/iso_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

namespace {

using namespace std::chrono_literals;
using boost::json::object;

// What was_so() grants: the API's lag and the delayed recheck, and events whose times are not in
// order.
constexpr nanoseconds promptly = 3s, disorder = 110ms;

std::string text_in(const object& row, const char* column) {
  const auto& x = row.at(column);
  return x.is_null() ? std::string{} : std::string{std::string_view{x.as_string()}};
}

key_values values_in(const object& row, const char* column) {
  key_values values;
  for (const auto& [key, value] : row.at(column).as_object())
    values.emplace(std::string{std::string_view{key}},
                   std::string{std::string_view{value.as_string()}});
  return values;
}

volume volume_in(const object& row) {
  return {.name = text_in(row, "volume_id"),
          .driver = text_in(row, "driver"),
          .mountpoint = text_in(row, "mountpoint"),
          .labels = values_in(row, "labels"),
          .options = values_in(row, "options"),
          .scope = text_in(row, "scope")};
}

container container_in(const object& row) {
  return {.id = text_in(row, "container_id"),
          .name = text_in(row, "name"),
          .image = text_in(row, "image"),
          .state = text_in(row, "state"),
          .status = text_in(row, "status"),
          .labels = values_in(row, "labels"),
          .mounts = {},
          .started_at = time_in(text_in(row, "started_at")),
          .finished_at = time_in(text_in(row, "finished_at"))};
}

const object* row_of(const row_version* x) {
  return x != nullptr && x->row ? &*x->row : nullptr;
}

template <class Resource>
const past<Resource>& past_of(const std::map<std::string, past<Resource>>& all,
                              const std::string& key) {
  static const past<Resource> none;
  const auto found = all.find(key);
  return found == all.end() ? none : found->second;
}

/// Calls `ask` with the past of the row's resource and a function that says whether a state is the
/// row's. A volume that goes takes its mounts along.
template <class Ask>
bool in_the_daemon(const model_daemon& daemon, const row_key& key, const object* row, Ask ask) {
  const auto nothing = [](const auto* state) { return state == nullptr; };
  if (key.kind == "volume") {
    const auto& history = past_of(daemon.volumes, key.volume);
    if (row == nullptr)
      return ask(history, nothing);
    return ask(history, [wanted = volume_in(*row)](const volume* state) {
      return state != nullptr && shows(wanted, *state);
    });
  }
  const auto& history = past_of(daemon.containers, key.container);
  if (key.kind == "container") {
    if (row == nullptr)
      return ask(history, nothing);
    return ask(history, [wanted = container_in(*row)](const container* state) {
      return state != nullptr && shows(wanted, *state);
    });
  }
  const auto place = [&](const container* state) -> const mount* {
    if (state == nullptr)
      return nullptr;
    const auto found = std::ranges::find_if(state->mounts, [&](const mount& x) {
      return x.volume == key.volume && x.path == key.path;
    });
    return found == state->mounts.end() ? nullptr : &*found;
  };
  if (row != nullptr)
    return ask(history, [&](const container* state) {
      const auto* x = place(state);
      return x != nullptr && (x->writable ? "rw" : "ro") == text_in(*row, "access_mode");
    });
  return ask(history, [&](const container* state) { return place(state) == nullptr; })
         || ask(past_of(daemon.volumes, key.volume), nothing);
}

/// The node marks the row of a volume that it can't prove as unverified, and the row keeps what it
/// shows otherwise, whatever another client has made of it. The mark says nothing of the daemon.
bool is_only_a_mark(const row_version* before, const row_version& change) {
  const auto unmarked = [](object row) {
    row.erase("status");
    row.erase("updated_at");
    return row;
  };
  const auto* row = row_of(before);
  return row != nullptr && change.row && text_in(*change.row, "status") == "unverified"
         && unmarked(*row) == unmarked(*change.row);
}

std::string sentence(const row_key& key, const row_version& change, const std::string& what) {
  return fmt::format("change {} of {} ({}, from {} to {}) {}", change.id, describe(key),
                     change.source, text::iso_time(change.not_before), text::iso_time(change.at),
                     what);
}

} // namespace

past_oracle::verdict past_oracle::judge(const row_key& key, const row_version* before,
                                        const row_version& change, const circumstances& at) {
  if ((change.source == "client") != at.by_client)
    return sentence(key, change,
                    at.by_client ? "was another client's" : "was not another client's");
  if (at.by_client)
    return std::nullopt;
  if (before != nullptr && change.at < before->at)
    return sentence(key, change, "is older than the change before");
  if (!change.row && daemon_.denies_as_ghost(key.container)) {
    denied_.insert(key.container);
    return std::nullopt;
  }
  if (key.kind == "volume" && is_only_a_mark(before, change))
    return std::nullopt;
  if (!shown_between(key, &change, 0ns, change.committed) || !has_known_times(key, change))
    return sentence(key, change, "shows a state that never was");
  return change.source == "event" ? told(key, before, change) : listed(key, before, change, at);
}

past_oracle::verdict past_oracle::told(const row_key& key, const row_version* before,
                                       const row_version& change) const {
  if (change.not_before != change.at)
    return sentence(key, change, "has an event and no moment");
  const auto asked_after = published(key, change.at);
  if (!asked_after && (before == nullptr || before->at != change.at))
    return sentence(key, change, "is not of the time of an event");
  if (!shown_between(key, &change, asked_after.value_or(0ns), change.committed))
    return sentence(key, change, "shows a state that was over before its event");
  return std::nullopt;
}

past_oracle::verdict past_oracle::listed(const row_key& key, const row_version* before,
                                         const row_version& change, const circumstances& at) const {
  if (change.not_before == never && at.verified != never)
    return sentence(key, change, "does not begin when the rows were verified");
  if (clock_.was_set())
    return std::nullopt;
  const auto moment = clock_.moment_of(change.at);
  const auto is_later = before != nullptr && before->at == change.at;
  if (!is_later && !shown_between(key, &change, moment, moment))
    return sentence(key, change, "shows a state that was not there at its end");
  if (change.not_before == never || is_excused(key, before, at))
    return std::nullopt;
  const auto since = clock_.moment_of(change.not_before);
  if (!was_since(key, before, since))
    return sentence(key, change, "has a state before that was over when it begins");
  const auto unread = before == nullptr ? since : std::max(since, before->committed);
  if (!at.troubled && !is_later && event_told(key, change, unread, moment))
    return sentence(key, change, "was told by an event");
  return std::nullopt;
}

/// As in oracle::proven().
bool past_oracle::is_excused(const row_key& key, const row_version* before,
                             const circumstances& at) const {
  const auto& volume = key.volume;
  const auto& container = key.container;
  return (before != nullptr && before->source == "client") || at.tampered.volumes.contains(volume)
         || at.tampered.containers.contains(container) || rows_.unseen.contains(volume)
         || daemon_.was_malformed_lately(volume) || daemon_.was_malformed_lately(container)
         || (row_of(before) == nullptr && denied_.contains(container));
}

bool past_oracle::shown_between(const row_key& key, const row_version* what, nanoseconds first,
                                nanoseconds last) const {
  return in_the_daemon(daemon_, key, row_of(what), [&](const auto& history, auto matches) {
    return history.shown_between(first, last, matches);
  });
}

bool past_oracle::was_since(const row_key& key, const row_version* what, nanoseconds moment) const {
  return in_the_daemon(daemon_, key, row_of(what), [&](const auto& history, auto matches) {
    return history.was_since(moment, matches);
  });
}

bool past_oracle::has_known_times(const row_key& key, const row_version& what) const {
  return key.kind != "container" || !what.row
         || times_were(container_in(*what.row), past_of(daemon_.containers, key.container));
}

std::optional<nanoseconds> past_oracle::published(const row_key& key, timestamp event) const {
  for (const auto& name : {key.container, key.volume})
    if (const auto found = daemon_.announced.find(name); found != daemon_.announced.end())
      for (const auto& x : found->second)
        if (x.time == event)
          return x.published;
  return std::nullopt;
}

/// Only Docker 26 has an event for each volume that a prune removes.
bool past_oracle::event_told(const row_key& key, const row_version& change, nanoseconds first,
                             nanoseconds last) const {
  if (key.kind == "volume" && daemon_.habits.speaks != dialect::docker26)
    return false;
  const auto found = daemon_.announced.find(key.kind == "volume" ? key.volume : key.container);
  return found != daemon_.announced.end()
         && std::ranges::any_of(found->second, [&](const model_daemon::announcement& x) {
              return first < x.published && x.published < last
                     && shown_between(key, &change, x.published, x.published);
            });
}

past_oracle::verdict past_oracle::was_so(const row_key& key, const row_version* last,
                                         timestamp moment) const {
  const auto when = clock_.moment_of(moment);
  const auto latest = std::max(when + disorder, last == nullptr ? 0ns : last->committed);
  if (shown_between(key, last, when - promptly, latest))
    return std::nullopt;
  return fmt::format("as of {}, {} has a state that was not there then; the last change: {}",
                     text::iso_time(moment), describe(key),
                     last == nullptr ? "none" : sentence(key, *last, "made it"));
}

} // namespace volumeviz::simulation
