#include "wire/hub_connection.hpp"

#include "identity/text.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::wire {

hub_connection::hub_connection(std::uint64_t number, tcp::socket socket, std::string address,
                               surroundings around)
    : number_(number), around_(std::move(around)), deadline_(socket.get_executor()),
      peer_(std::make_unique<peer_socket>(std::move(socket))) {
  who_.address = std::move(address);
}

asio::awaitable<void> hub_connection::serve() {
  const auto self = shared_from_this();
  expect_until(around_.parts.handshake_limit);
  const bool is_member = co_await prove();
  if (is_member)
    co_await carry();
  deadline_.cancel();
  close();
  if (waits_)
    around_.waiting.leave(number_);
  waits_ = false;
}

/// Whether the peer may go on: with TLS, when it has shown a valid certificate.
asio::awaitable<bool> hub_connection::prove() {
  if (!around_.parts.credentials)
    co_return true;
  // Nothing is spent on TLS before the peer has begun with it.
  const bool speaks = co_await peer_->readable();
  if (!speaks)
    co_return false;
  const auto why = co_await peer_->secure(around_.parts.credentials());
  if (!why.empty())
    co_return refuse(refusal::tls, "the TLS handshake failed: " + why);
  co_return acceptable(peer_->tls()->peer());
}

bool hub_connection::acceptable(const identity::peer_certificate& shown) {
  who_.certified = true;
  who_.names = shown.names;
  who_.fingerprint = shown.fingerprint;
  if (around_.parts.revoked && around_.parts.revoked(shown.fingerprint))
    return refuse(refusal::revoked, "its certificate is on the list of revoked ones");
  if (around_.parts.members->connections_of(shown.fingerprint) >= member_registry::connections_max)
    return refuse(refusal::too_many_of_member, "it has enough connections already");
  return true;
}

asio::awaitable<void> hub_connection::carry() {
  auto filter = std::make_unique<hub_filter>(number_, around_.parts.node, around_.parts.gate, who_,
                                             around_.parts.members, around_.supersede);
  filter_ = filter.get();
  pace_ =
      std::make_unique<hub_pace>(*filter_, around_.parts.gate, around_.rates.of(who_.fingerprint));
  relay_ = std::make_shared<relay>(std::move(peer_),
                                   relay::parts{.filter = std::move(filter),
                                                .hand_over = around_.parts.accepted,
                                                .pace = [this](std::size_t cost, const auto& seen) {
                                                  return pace(cost, seen);
                                                }});
  const auto complaint = co_await relay_->run();
  relay_->close();
  around_.parts.members->leave(number_);
  if (complaint && complaint->refused)
    refuse(*complaint->refused, complaint->what);
  else if (complaint && complaint->blames)
    around_.parts.reports.violated(complaint->why, name(), complaint->what);
}

relay::steady::duration hub_connection::pace(std::size_t cost,
                                             const std::vector<frame_header>& seen) {
  const auto sessions = around_.parts.members->grants(number_);
  if (waits_ && filter_->introduced()) {
    if (who_.certified || sessions > 0)
      proven();
    else if (!std::exchange(session_expected_, true))
      expect_until(around_.parts.session_limit);
  }
  const auto now = relay::steady::now();
  const auto unsent_since = relay_->unsent_since();
  if (filter_->leaves_answers_unread(now, unsent_since))
    relay_->close();
  return pace_->after(cost, seen, {.sessions = sessions, .unsent_since = unsent_since}, now);
}

void hub_connection::proven() {
  deadline_.cancel();
  around_.waiting.leave(number_);
  waits_ = false;
}

void hub_connection::expect_until(std::chrono::milliseconds limit) {
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
    if (const auto self = weak.lock(); self && !cancelled)
      self->too_late();
  });
}

void hub_connection::too_late() {
  if (filter_ != nullptr && around_.parts.members->grants(number_) > 0) {
    proven();
    return;
  }
  refuse(refusal::late, "it did not finish its handshake in time");
  close();
}

void hub_connection::give_way() {
  refuse(refusal::too_many, "too many connections have not proven yet who they are, and it was the "
                            "oldest of the address with the most of them");
  close();
}

void hub_connection::end_when_revoked() {
  if (who_.fingerprint.empty() || !around_.parts.revoked(who_.fingerprint))
    return;
  refuse(refusal::revoked, "its certificate was revoked");
  close();
}

bool hub_connection::refuse(refusal why, const std::string& what) {
  if (!std::exchange(refused_, true))
    around_.parts.reports.refused(why, name(), what);
  return false;
}

void hub_connection::close() {
  if (relay_)
    relay_->close();
  else if (peer_)
    peer_->close();
}

/// `192.0.2.7 ("web-1")`
std::string hub_connection::name() const {
  std::string text = who_.address;
  constexpr std::size_t names_max = 3;
  for (std::size_t i = 0; i < std::min(names_max, who_.names.size()); ++i)
    text += (i == 0 ? " (" : ", ") + identity::shown(who_.names[i]);
  if (who_.names.size() > names_max)
    text += ", ...";
  return text + (who_.names.empty() ? "" : ")");
}

} // namespace volumeviz::wire
