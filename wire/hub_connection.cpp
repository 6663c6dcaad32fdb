#include "wire/hub_connection.hpp"

#include "identity/text.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::wire {

namespace {

/// The member for a log line: `192.0.2.7 ("web-1")`
std::string describe(const member& x) {
  std::string text = x.address;
  constexpr std::size_t names_max = 3;
  for (std::size_t i = 0; i < std::min(names_max, x.names.size()); ++i)
    text += (i == 0 ? " (" : ", ") + identity::printable(x.names[i]);
  if (x.names.size() > names_max)
    text += ", ...";
  return text + (x.names.empty() ? "" : ")");
}

} // namespace

hub_connection::hub_connection(std::uint64_t number, tcp::socket socket, std::string address,
                               shared_parts shared)
    : number_(number), shared_(std::move(shared)), deadline_(socket.get_executor()),
      peer_(std::make_unique<peer_socket>(std::move(socket))) {
  member_.address = std::move(address);
}

asio::awaitable<void> hub_connection::serve() {
  const auto self = shared_from_this();
  set_deadline(shared_.parts.handshake_limit);
  const bool is_member = co_await authenticate();
  if (is_member)
    co_await relay_frames();
  deadline_.cancel();
  close();
  if (unproven_)
    shared_.unproven.remove(number_);
  unproven_ = false;
}

/// Whether the peer is a member: with TLS, it needs a valid certificate.
asio::awaitable<bool> hub_connection::authenticate() {
  if (!shared_.parts.credentials)
    co_return true;
  // A TLS session is only created when the peer has sent something.
  const bool has_sent = co_await peer_->readable();
  if (!has_sent)
    co_return false;
  const auto why = co_await peer_->secure(shared_.parts.credentials());
  if (!why.empty())
    co_return refuse(refusal::tls, "the TLS handshake failed: " + why);
  co_return accept_certificate(peer_->tls()->peer());
}

bool hub_connection::accept_certificate(const identity::peer_certificate& shown) {
  member_.certified = true;
  member_.names = shown.names;
  member_.fingerprint = shown.fingerprint;
  if (shared_.parts.revoked && shared_.parts.revoked(shown.fingerprint))
    return refuse(refusal::revoked, "its certificate is on the list of revoked certificates");
  if (shared_.parts.members->connections_of(shown.fingerprint) >= member_registry::connections_max)
    return refuse(refusal::too_many_of_member, "this member has too many connections already");
  return true;
}

asio::awaitable<void> hub_connection::relay_frames() {
  auto filter = std::make_unique<hub_filter>(number_, shared_.parts.node, shared_.parts.gate,
                                             member_, shared_.parts.members, shared_.supersede);
  filter_ = filter.get();
  pace_ = std::make_unique<hub_pace>(*filter_, shared_.parts.gate,
                                     shared_.rates.of(member_.fingerprint));
  relay_ = std::make_shared<relay>(std::move(peer_),
                                   relay::parts{.filter = std::move(filter),
                                                .hand_over = shared_.parts.accepted,
                                                .pace = [this](std::size_t cost, const auto& seen) {
                                                  return pace(cost, seen);
                                                }});
  const auto complaint = co_await relay_->run();
  relay_->close();
  shared_.parts.members->remove(number_);
  if (complaint && complaint->refused)
    refuse(*complaint->refused, complaint->what);
  else if (complaint && complaint->blames)
    shared_.parts.reports.violated(complaint->why, describe(member_), complaint->what);
}

relay::steady::duration hub_connection::pace(std::size_t cost,
                                             const std::vector<frame_header>& seen) {
  const auto sessions = shared_.parts.members->grants(number_);
  if (unproven_ && filter_->has_node()) {
    if (member_.certified || sessions > 0)
      set_proven();
    else if (!std::exchange(session_expected_, true))
      set_deadline(shared_.parts.session_limit);
  }
  const auto now = relay::steady::now();
  const auto unsent_since = relay_->unsent_since();
  if (filter_->leaves_answers_unread(now, unsent_since))
    relay_->close();
  return pace_->delay_after(cost, seen, {.sessions = sessions, .unsent_since = unsent_since}, now);
}

void hub_connection::set_proven() {
  deadline_.cancel();
  shared_.unproven.remove(number_);
  unproven_ = false;
}

void hub_connection::set_deadline(std::chrono::milliseconds limit) {
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
    if (const auto self = weak.lock(); self && !cancelled)
      self->timed_out();
  });
}

void hub_connection::timed_out() {
  if (filter_ != nullptr && shared_.parts.members->grants(number_) > 0) {
    set_proven();
    return;
  }
  refuse(refusal::late, "the handshake timed out");
  close();
}

void hub_connection::evict() {
  refuse(refusal::too_many, "too many connections have not completed their handshake, and this was "
                            "the oldest of the address with the most of them");
  close();
}

void hub_connection::end_if_revoked() {
  if (member_.fingerprint.empty() || !shared_.parts.revoked(member_.fingerprint))
    return;
  refuse(refusal::revoked, "its certificate was revoked");
  close();
}

bool hub_connection::refuse(refusal why, const std::string& what) {
  if (!std::exchange(refused_, true))
    shared_.parts.reports.refused(why, describe(member_), what);
  return false;
}

void hub_connection::close() {
  if (relay_)
    relay_->close();
  else if (peer_)
    peer_->close();
}

} // namespace volumeviz::wire
