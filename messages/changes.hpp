#pragma once

#include "messages/error.hpp"
#include "messages/packed_list.hpp"
#include "messages/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace volumeviz {

/// What found a change; the metrics' label `source`.
enum class change_source : std::uint8_t { event, reconciliation };
const char* to_string(change_source source) noexcept;

enum class operation : std::uint8_t { create, update, remove };
const char* to_string(operation op) noexcept;

/// Rows that a complete list must not remove, since it may lack them although the resources exist.
/// sync/ decides which ones, for example in sync/left_out.hpp.
struct spared_rows {
  std::vector<std::string> drivers{}; ///< volumes of these drivers
  bool all = false;                   ///< every row of the kind
  bool others = false;                ///< volumes of drivers that are not in `known`
  std::vector<std::string> known{};
  bool mounted = false; ///< volumes that the row of a container mounts
  /// Spared rows that no inspect can verify either. They get the status `unverified`.
  std::vector<std::string> unverified{};
  bool all_unverified = false; ///< all spared rows
  friend bool operator==(const spared_rows&, const spared_rows&) = default;
};

/// Whether the list must not remove a row. `driver` is the row's, empty for a container. `mounted`:
/// the row of a container mounts it.
bool spares(const spared_rows& spared, std::string_view driver, bool mounted = false);

/// spares() for very many rows. Keeps a reference to `of`, which must outlive it.
class sparing {
public:
  explicit sparing(const spared_rows& of);
  bool operator()(std::string_view driver, bool mounted = false) const;
  /// Whether the spared row with this key can't be verified.
  bool unverified(std::string_view key) const;

private:
  const spared_rows& of_;
  std::unordered_set<std::string_view> drivers_, known_, unverified_;
};

/// A resource whose change an event told: the time of the latest such event, by the daemon's clock.
struct told_change {
  std::string key;
  timestamp at = never;
  friend bool operator==(const told_change&, const told_change&) = default;
};

/// What was observed of one kind. A key occurs once, in `present`, in `listed` or in `gone`.
template <class Resource>
struct observed {
  std::vector<Resource> present;
  std::vector<std::string> gone; ///< keys that the daemon answered with 404
  /// A complete list: all other resources of the host are gone. Never set for a partial list.
  bool complete = false;
  /// A complete list that would remove more than half of the kind's rows, and more than 10, is
  /// refused unless this is set. The second of two equal lists in a row may set it.
  bool confirmed = false;
  /// Keys of resources that exist but are not written by this batch, so that a complete list does
  /// not remove them. Another part of the same list writes them, or they are too large to be sent,
  /// or only their key could be parsed.
  std::vector<std::string> also_present{};
  spared_rows spared{}; ///< of a complete list
  /// Of the keys in this part, those that an event told of before the daemon was asked; sorted by
  /// key. All others were found by a list or by an inspect that no event requested.
  std::vector<told_change> told{};
  /// Like `present`, in little memory: what a list of this machine's daemon shows. Not serialised:
  /// what leaves the machine is unpacked before, see unpack().
  packed_list<Resource> listed{};
  friend bool operator==(const observed&, const observed&) = default;
};

template <class Resource>
std::size_t count_present(const observed<Resource>& x) {
  return x.present.size() + x.listed.size();
}

/// Calls `visit` with each resource that was observed.
template <class Resource, class Visit>
void each_present(const observed<Resource>& x, Visit visit) {
  for (const auto& y : x.present)
    visit(y);
  for (const auto& y : x.listed)
    visit(y);
}

/// Calls `visit` with the key of each resource that was observed, as a view.
template <class Resource, class Visit>
void each_present_key(const observed<Resource>& x, Visit visit) {
  for (const auto& y : x.present)
    visit(std::string_view{key_of(y)});
  x.listed.each([&](const auto& y) { visit(y.key()); });
}

/// What is known about the host itself. Written when last_seen_at is set; otherwise the store only
/// makes sure that the host has a row.
struct host_facts {
  std::string engine_id;      ///< empty: unknown, and the recorded one stays
  std::string engine_version; ///< likewise
  timestamp last_seen_at = never;
  timestamp verified_at = never; ///< in the table it moves backwards only with our clock
  friend bool operator==(const host_facts&, const host_facts&) = default;
};

/// A write for the store: what was observed of one host. The store applies all of it or nothing,
/// except for very many removals: these may be committed first (write_summary::unfinished).
struct change_batch {
  std::string host;
  observed<volume> volumes;
  observed<container>
      containers; ///< with their mounts: a container's mounts are replaced as a whole
  host_facts facts;
  /// When the daemon had answered, by our clock: what this shows has changed before. Never: ask the
  /// clock when it is written.
  timestamp observed_at = never;
  friend bool operator==(const change_batch&, const change_batch&) = default;
};

/// Moves what is `listed` to `present`.
void unpack(change_batch& x);

enum class row_kind : std::uint8_t { volume, container, mount };
const char* to_string(row_kind kind) noexcept;

/// A row that a write has changed.
struct row_change {
  row_kind kind = row_kind::volume;
  operation op = operation::create;
  std::string key;    ///< volume name, container id; for a mount the container's id
  std::string detail; ///< for a mount "VOLUME at PATH", else empty
  friend auto operator<=>(const row_change&, const row_change&) = default;
};

/// A resource that the database can't hold, for example because of an over-long key. The rest of
/// its batch was written.
struct rejected_row {
  row_kind kind = row_kind::volume;
  std::string key;
  std::string reason;
  friend bool operator==(const rejected_row&, const rejected_row&) = default;
};

/// Changed rows that an answer counts but does not list.
struct unlisted_changes {
  row_kind kind = row_kind::volume;
  operation op = operation::create;
  std::uint64_t count = 0;
  friend bool operator==(const unlisted_changes&, const unlisted_changes&) = default;
};

/// The most inspects that one list may request because of spared rows.
inline constexpr std::size_t named_spared_max = 300;

/// The result of writing one batch.
struct write_summary {
  std::vector<row_change> changes; ///< rows created, updated and removed; not those that were equal
  std::vector<rejected_row> rejected;
  /// The mass-deletion guard refused the complete list (see observed::confirmed). Nothing of this
  /// batch was written.
  bool refused = false;
  /// Only removals were committed, as many as one transaction may do, and nothing else of the
  /// batch: apply the batch again. Not serialised.
  bool unfinished = false;
  /// Another process has the host's lock in the database and writes its rows. Nothing of this batch
  /// was written.
  bool locked_out = false;
  /// This writer has got the host's lock again, or after waiting for it. Another one may have
  /// written the rows meanwhile, so both kinds should be listed.
  bool taken_anew = false;
  /// Containers of a list that were started at some time but have no recorded started_at: an
  /// inspect should follow.
  std::vector<std::string> needs_inspect;
  /// Rows that the list lacks and that stayed because of observed::spared, at most
  /// `named_spared_max`. An inspect should follow, which may show that they are gone.
  std::vector<std::string> spared{};
  std::uint64_t more_spared = 0; ///< rows beyond these
  /// For a complete list of containers: the recorded hosts.verified_at in whole seconds. Rows may
  /// lack changes that are later than that, but none that are earlier.
  timestamp verified_before = never;
  std::uint64_t replaced_text = 0; ///< strings in which U+0000 was replaced by U+FFFD
  std::uint64_t statements = 0;    ///< of the whole transaction, which may hold several batches
  // An answer over the link is bounded (see sync::bound_answer); it counts what it leaves out.
  std::vector<unlisted_changes> more_changes; ///< at most one per kind and operation
  std::uint64_t more_rejected = 0;
  std::uint64_t more_needs_inspect = 0;
  friend bool operator==(const write_summary&, const write_summary&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, spared_rows& x) {
  return f(x.drivers, x.all, x.others, x.known, x.mounted, x.unverified, x.all_unverified);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, told_change& x) {
  return f(x.key, x.at);
}

template <class Inspector, class Resource>
typename Inspector::result_type inspect(Inspector& f, observed<Resource>& x) {
  return f(x.present, x.gone, x.complete, x.confirmed, x.also_present, x.spared, x.told);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, host_facts& x) {
  return f(x.engine_id, x.engine_version, x.last_seen_at, x.verified_at);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, change_batch& x) {
  return f(x.host, x.volumes, x.containers, x.facts, x.observed_at);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_change& x) {
  return f(x.kind, x.op, x.key, x.detail);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, unlisted_changes& x) {
  return f(x.kind, x.op, x.count);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rejected_row& x) {
  return f(x.kind, x.key, x.reason);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, write_summary& x) {
  return f(x.changes, x.rejected, x.refused, x.locked_out, x.taken_anew, x.needs_inspect, x.spared,
           x.more_spared, x.verified_before, x.replaced_text, x.statements, x.more_changes,
           x.more_rejected, x.more_needs_inspect);
}

} // namespace volumeviz
