#include "docker/session.hpp"

#include "docker/explain.hpp"
#include "docker/info_json.hpp"
#include "docker/requests.hpp"

#include <algorithm>

namespace volumeviz::docker {

namespace {

constexpr std::size_t error_body_limit = 64 * 1024;
constexpr std::size_t info_limit = 16 * 1024 * 1024;
constexpr std::string_view json_type = "application/json";
constexpr std::string_view event_types = "application/x-ndjson, application/json";

} // namespace

/// A call in flight, for the guard.
class session::call {
public:
  call(socket_guard& guard, time_point until) : guard_{guard} { guard_.begin(until); }
  ~call() { guard_.end(); }
  call(const call&) = delete;
  call& operator=(const call&) = delete;

private:
  socket_guard& guard_;
};

session::session(address where, std::shared_ptr<deadline_keeper> keeper)
    : where_{std::move(where)}, guard_{std::move(keeper)} {
}

failure session::why(std::string_view what, ending how) const {
  if (guard_.stopped())
    return explain_stop(what);
  if (guard_.expired())
    return explain_timeout(what, where_);
  return explain_ending(what, where_, how);
}

result<void> session::negotiate(std::string_view what) {
  // The old connection ends first: its end makes the guard forget the socket that it watches.
  connection_.reset();
  connection_ = std::make_unique<connection>(where_, guard_);
  ++connections_;
  response_head head;
  std::string body;
  const auto how = connection_->get(
      "/_ping", json_type,
      [&](const response_head& in) {
        head = in;
        return true;
      },
      [&](std::string_view bytes) {
        body.append(bytes.substr(0, error_body_limit - body.size()));
        return body.size() < error_body_limit;
      });
  sockets_ = connection_->sockets_opened();
  one_shot_ = !connection_->usable();
  if (how != ending::complete || guard_.stopped()) {
    connection_.reset();
    return tl::unexpected{why(what, how)};
  }
  version_ = head.status == 200 ? lower_version(our_api_version, head.api_version) : "";
  podman_ = head.libpod;
  genuine_ = !podman_ && head.server.starts_with("Docker/");
  if (!version_.empty())
    return {};
  connection_.reset();
  if (head.status != 200)
    return tl::unexpected{explain_status(what, head.status, body)};
  return fail(ec::docker_malformed, "couldn't " + std::string{what} + ": " + where_.text
                                        + " does not name an API version, so it is probably not a "
                                          "Docker daemon: check DOCKER_HOST");
}

result<session::answer> session::attempt(std::string_view what, const std::string& path,
                                         std::size_t body_limit, body_reader* into,
                                         bool& worth_repeating) {
  answer out;
  std::size_t received = 0;
  bool too_large = false;
  const auto how = connection_->get(
      "/v" + version_ + path, json_type,
      [&](const response_head& in) {
        out.status = in.status;
        out.date = in.date;
        too_large = in.status == 200 && in.length.value_or(0) > body_limit;
        if (into != nullptr && in.status == 200)
          into->begin();
        else if (!too_large && in.length)
          out.body.reserve(
              static_cast<std::size_t>(std::min<std::uint64_t>(*in.length, body_limit)));
        return !too_large;
      },
      [&](std::string_view bytes) {
        const auto limit = out.status == 200 ? body_limit : std::min(body_limit, error_body_limit);
        received += bytes.size();
        too_large = out.status == 200 && received > limit;
        if (into != nullptr && out.status == 200) {
          if (!too_large)
            into->feed(bytes);
          return !too_large;
        }
        out.body.append(bytes.substr(0, limit - std::min(limit, out.body.size())));
        return !too_large && (out.status == 200 || out.body.size() < limit);
      });
  const bool reopened = !one_shot_ && connection_->sockets_opened() != sockets_;
  if (how == ending::complete && !reopened)
    return out;
  connection_.reset();
  if (guard_.stopped() || guard_.expired())
    return tl::unexpected{why(what, how)};
  // cpp-httplib has reconnected on its own: the answer may come from a daemon of another version
  // than the negotiated one.
  worth_repeating = reopened || (how == ending::broken && out.status == 0);
  if (too_large)
    return fail(ec::docker_too_large, "couldn't " + std::string{what}
                                          + ": the answer is larger than the limit of "
                                          + std::to_string(body_limit) + " bytes");
  if (how == ending::declined && out.status != 200)
    return out; // an error text that was cut at the limit
  return tl::unexpected{why(what, how)};
}

result<session::answer> session::get(std::string_view what, const path_maker& path,
                                     time_point until, std::size_t body_limit, body_reader* into) {
  try {
    const call under_way{guard_, until};
    bool kept = connection_ && connection_->usable();
    for (;;) {
      if (guard_.stopped())
        return tl::unexpected{explain_stop(what)};
      if (!kept)
        if (auto ready = negotiate(what); !ready)
          return tl::unexpected{ready.error()};
      bool worth_repeating = false;
      auto out = attempt(what, path(), body_limit, into, worth_repeating);
      if (!worth_repeating || !kept)
        return out;
      kept = false;
    }
  } catch (const std::exception& e) {
    connection_.reset();
    return fail(ec::internal, "couldn't " + std::string{what} + ": " + e.what());
  }
}

result<std::string> session::fetch(std::string_view what, const path_maker& path, time_point until,
                                   std::size_t body_limit) {
  auto out = get(what, path, until, body_limit);
  if (!out)
    return tl::unexpected{out.error()};
  if (out->status != 200)
    return tl::unexpected{explain_status(what, out->status, out->body)};
  return std::move(out->body);
}

result<void> session::fetch(std::string_view what, const path_maker& path, time_point until,
                            std::size_t body_limit, body_reader& into) {
  const auto out = get(what, path, until, body_limit, &into);
  if (!out)
    return tl::unexpected{out.error()};
  if (out->status != 200)
    return tl::unexpected{explain_status(what, out->status, out->body)};
  return {};
}

result<daemon_identity> session::identify(std::string_view what, time_point until) {
  using clock = std::chrono::system_clock;
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now().time_since_epoch())
        .count();
  };
  const timestamp before = now();
  const auto body = fetch(
      what, [] { return "/info"; }, until, info_limit);
  const timestamp after = now();
  if (!body)
    return tl::unexpected{body.error()};
  auto out = parse_info(*body, podman_);
  if (!out)
    return out;
  out->api_version = version_;
  out->local_time = before + (after - before) / 2;
  return out;
}

failure session::stream(std::string_view what, const std::string& path, time_point until,
                        const std::function<void()>& opened, const connection::on_bytes& bytes) {
  try {
    const call under_way{guard_, until};
    if (guard_.stopped())
      return explain_stop(what);
    if (!connection_ || !connection_->usable())
      if (auto ready = negotiate(what); !ready)
        return ready.error();
    int status = 0;
    std::string refusal;
    const auto how = connection_->get(
        "/v" + version_ + path, event_types,
        [&](const response_head& in) {
          status = in.status;
          if (status == 200 && !guard_.stopped()) {
            guard_.begin(std::nullopt); // from now on it has no deadline
            opened();
          }
          return !guard_.stopped();
        },
        [&](std::string_view in) {
          if (status == 200)
            return bytes(in) && !guard_.stopped();
          refusal.append(in.substr(0, error_body_limit - refusal.size()));
          return refusal.size() < error_body_limit;
        });
    connection_.reset();
    if (guard_.stopped())
      return explain_stop(what);
    if (status == 200)
      return {ec::docker_unreachable, how == ending::complete
                                          ? "the daemon has ended the event stream"
                                          : "the event stream from " + where_.text + " broke off"};
    if (status != 0)
      return explain_status(what, status, refusal);
    return why(what, how);
  } catch (const std::exception& e) {
    connection_.reset();
    return {ec::internal, "couldn't " + std::string{what} + ": " + e.what()};
  }
}

} // namespace volumeviz::docker
