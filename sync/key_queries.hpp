#pragma once

#include "messages/changes.hpp"
#include "sync/backlog.hpp"
#include "sync/fetch.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// What a plan knows of single resources. A view of the plan, valid until the plan changes. The
/// first five are about the fetch in flight, and false or empty when there is none.
class key_queries {
public:
  key_queries(const backlog& waiting, const std::optional<fetch_in_flight>& in_flight)
      : waiting_(waiting), in_flight_(in_flight ? &*in_flight : nullptr) {}

  /// True when an event said that the resource was removed, before the fetch began. If the fetch
  /// finds it, it is another resource with the same key.
  bool recreated(const std::string& key) const;
  /// True when an event of the resource, or of the whole kind, came before or during the fetch. A
  /// change that a list finds is drift unless an event covers it.
  bool covered_by_event(const std::string& key) const;
  /// True when an event or a recheck requested the fetch of this key, or an event came meanwhile.
  /// False for a key that only a list has brought up.
  bool requested(const std::string& key) const;
  /// True when a list has shown this key of the fetch, and nothing has requested a fetch since. An
  /// inspect that says "no such container" contradicts the list then.
  bool list_outweighs(const std::string& key) const;
  /// The keys of which events had told before the fetch began, each with the latest time. Sorted by
  /// key. The fetch may not show all of them.
  std::vector<told_change> told() const;

  /// True when lists replace the inspects of this resource, since they keep failing. Its times are
  /// unknown.
  bool is_set_aside(const std::string& key) const { return waiting_.set_aside.contains(key); }
  std::vector<std::string> set_aside() const { return waiting_.set_aside.keys(); }
  /// True when the resource waits for a fetch, or is set aside and waits for its next inspect.
  bool waits(const std::string& key) const {
    return waiting_.keys.contains(key) || is_set_aside(key);
  }
  /// How many resources wait for a fetch or are in flight. A list counts as one.
  std::size_t pending() const;

private:
  bool event_is_waiting(const std::string& key) const;

  const backlog& waiting_;
  /// Null: no fetch is in flight.
  const fetch_in_flight* in_flight_;
};

} // namespace volumeviz::sync
