#include "persistence/host_locks.hpp"

namespace volumeviz::persistence {

host_locks::host_locks(const address& where)
    : keeper_{where.kind == dialect::sqlite ? make_sqlite_keeper(where.path)
                                            : make_postgresql_keeper()} {
}

void host_locks::take(session& on, const std::set<std::string>& hosts) {
  std::set<std::string> wanted;
  for (const auto& host : hosts)
    if (!held(host))
      wanted.insert(host);
  if (wanted.empty())
    return;
  const auto refused = keeper_->take(on, wanted);
  for (const auto& host : wanted) {
    auto& x = hosts_[host];
    const auto holder = refused.find(host);
    x.refused = holder != refused.end();
    x.held = !x.refused;
    x.holder = x.refused ? holder->second : std::string{};
    x.reacquired |= x.refused;
  }
}

void host_locks::take_again(session& on) {
  std::set<std::string> lost;
  for (const auto& [host, x] : hosts_)
    if (!x.held && !x.refused)
      lost.insert(host);
  take(on, lost);
}

void host_locks::give_back(session& on, const std::string& host) {
  const bool was_held = held(host);
  forget(host);
  if (was_held)
    keeper_->give_back(on, host);
}

void host_locks::give_all_back(session& on) {
  hosts_.clear();
  keeper_->give_all_back(on);
}

void host_locks::session_ended() {
  for (auto& [host, x] : hosts_) {
    x.reacquired |= x.held;
    x.held = false;
  }
  keeper_->session_ended();
}

bool host_locks::held(const std::string& host) const {
  const auto known = hosts_.find(host);
  return known != hosts_.end() && known->second.held;
}

bool host_locks::reacquired(const std::string& host) const {
  const auto known = hosts_.find(host);
  return known != hosts_.end() && known->second.reacquired;
}

std::map<std::string, std::string> host_locks::refused() const {
  std::map<std::string, std::string> result;
  for (const auto& [host, x] : hosts_)
    if (x.refused)
      result.emplace(host, x.holder);
  return result;
}

} // namespace volumeviz::persistence
