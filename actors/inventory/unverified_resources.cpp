#include "actors/inventory/unverified_resources.hpp"

#include "text/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace volumeviz {

namespace {

// A report names this many; it counts the rest.
constexpr std::size_t named = 5;

} // namespace

void unverified_resources::fetched(const observation& what, bool list, timestamp now) {
  const auto& containers = what.batch.containers;
  if (list && containers.complete)
    names_.clear();
  each_present(containers, [this](const container& x) { names_[x.id] = x.name; });
  for (const auto& x : what.failed)
    if (x.asked)
      failed(x, now);
  if (list)
    return;
  for (const auto& x : containers.present)
    works_again(x.id);
  for (const auto& x : what.batch.volumes.present)
    works_again(x.name);
  forget(containers.gone);
  forget(what.batch.volumes.gone);
}

void unverified_resources::forget(const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    failing_.erase(key);
    names_.erase(key);
  }
}

void unverified_resources::keep_only(const std::set<std::string>& keys) {
  std::erase_if(failing_, [&](const auto& x) { return !keys.contains(x.first); });
}

void unverified_resources::failed(const failed_key& x, timestamp now) {
  auto& known = failing_[x.key];
  if (++known.failures == 1)
    known.since = now;
  // The start of a container blocks its inspects for a moment: one timeout is not worth a warning.
  const auto counts = known.failures > 1 || x.why.code != ec::docker_timeout;
  const auto news = counts && (!known.logged || known.why != x.why.text);
  known.logged |= counts;
  known.why = x.why.text;
  log_->log(news ? spdlog::level::warn : spdlog::level::debug, "the inspect of {} {} failed: {}",
            to_string(kind_), name_of(x.key), x.why.text);
}

void unverified_resources::works_again(const std::string& key) {
  const auto i = failing_.find(key);
  if (i == failing_.end())
    return;
  log_->log(i->second.logged ? spdlog::level::info : spdlog::level::debug,
            "{} {} can be inspected again after {} failures", to_string(kind_), name_of(key),
            i->second.failures);
  failing_.erase(i);
}

unverified_report unverified_resources::report(const std::vector<std::string>& set_aside,
                                               const sync::kept_rows& kept) const {
  unverified_report all{.kind = kind_, .first = {}, .kept = kept.without_turn()};
  for (const auto& key : set_aside) {
    const auto lacking = kept.contains(key);
    ++(lacking ? all.kept : all.count);
    auto& first = lacking ? all.first_kept : all.first;
    const auto i = failing_.find(key);
    if (i != failing_.end() && first.size() < named)
      first.push_back({name_of(key), i->second.why, i->second.since});
  }
  return all;
}

void unverified_resources::log_kept(const unverified_report& current,
                                    const unverified_report& before) const {
  if (current.kept > 0 && before.kept == 0)
    log_->warn("the daemon's list lacks {} volumes although nothing shows that they are gone, such "
               "as {}: their rows stay, with the status unverified",
               current.kept,
               current.first_kept.empty() ? "volumes of drivers that are away"
                                          : text::in_quotes(current.first_kept.front().name));
  if (current.kept == 0 && before.kept > 0)
    log_->info("all volumes that the daemon's list lacked are listed again or gone");
}

std::string unverified_resources::name_of(const std::string& key) const {
  if (kind_ == resource_kind::volume)
    return key;
  const auto i = names_.find(key);
  const auto id = short_id(key);
  return i == names_.end() || i->second.empty() ? id : fmt::format("{} ({})", i->second, id);
}

} // namespace volumeviz
