// The methods that tests call. fake_changes.cpp has the changes of its volumes and containers,
// fake_serving.cpp answers the requests.
#include "tests/support/fake_daemon.hpp"

#include "tests/support/fake_state.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::support {

using lock = std::lock_guard<std::mutex>;

fake_daemon::fake_daemon(fake_dialect dialect, on where)
    : implementation_{std::make_unique<implementation>(std::move(dialect), where)} {
  implementation_->listen();
}

fake_daemon::~fake_daemon() {
  implementation_->leave(false);
}

std::string fake_daemon::host() const {
  return implementation_->where == on::tcp
             ? "tcp://127.0.0.1:" + std::to_string(implementation_->port)
             : "unix://" + socket();
}

std::string fake_daemon::socket() const {
  return implementation_->folder / "docker.sock";
}

fake_world fake_daemon::world() const {
  const lock guard{implementation_->mutex};
  return implementation_->world;
}

std::int64_t fake_daemon::now_ns() const {
  const lock guard{implementation_->mutex};
  return implementation_->now();
}

void fake_daemon::set_warnings(std::vector<std::string> warnings) {
  const lock guard{implementation_->mutex};
  implementation_->warnings = std::move(warnings);
  implementation_->forget_lists();
}

void fake_daemon::set_clock_offset(std::chrono::nanoseconds offset) {
  const lock guard{implementation_->mutex};
  implementation_->clock_offset = offset;
  implementation_->last_time = 0;
}

void fake_daemon::set_engine_id(const std::string& id) {
  const lock guard{implementation_->mutex};
  implementation_->engine_id = id;
}

void fake_daemon::set_dialect(fake_dialect dialect) {
  const lock guard{implementation_->mutex};
  implementation_->dialect = std::move(dialect);
}

void fake_daemon::freeze_answers(bool frozen) {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  in.frozen = frozen ? std::optional{in.world} : std::nullopt;
  in.forget_lists();
}

void fake_daemon::mute_streams(bool muted) {
  const lock guard{implementation_->mutex};
  implementation_->muted = muted;
}

void fake_daemon::set_chunk_size(std::size_t bytes) {
  const lock guard{implementation_->mutex};
  implementation_->chunk_size = bytes;
}

void fake_daemon::answer_next(const std::string& path, fake_answer answer, unsigned times) {
  const lock guard{implementation_->mutex};
  implementation_->scripts.push_back({path, std::move(answer), times});
}

void fake_daemon::fail_next(const std::string& path, int status, const std::string& message,
                            unsigned times) {
  answer_next(path, {.status = status, .body = message_json(message)}, times);
}

void fake_daemon::hold(const std::string& path) {
  const lock guard{implementation_->mutex};
  implementation_->held.insert(path);
}

void fake_daemon::release(const std::string& path) {
  const lock guard{implementation_->mutex};
  implementation_->held.erase(path);
  implementation_->changed.notify_all();
}

void fake_daemon::hang(bool hung) {
  const lock guard{implementation_->mutex};
  implementation_->hung = hung;
  implementation_->changed.notify_all();
}

void fake_daemon::shut_down(bool leave_socket) {
  implementation_->leave(leave_socket);
}

void fake_daemon::start_again() {
  {
    const lock guard{implementation_->mutex};
    implementation_->ring.clear();
  }
  implementation_->listen();
}

void fake_daemon::cut_idle_connections() {
  const lock guard{implementation_->mutex};
  if (implementation_->listener)
    implementation_->listener->cut(true);
}

void fake_daemon::cut_connections() {
  const lock guard{implementation_->mutex};
  if (implementation_->listener)
    implementation_->listener->cut(false);
}

std::size_t fake_daemon::streams() const {
  const lock guard{implementation_->mutex};
  return implementation_->streams.size();
}

void fake_daemon::end_streams() {
  const lock guard{implementation_->mutex};
  for (auto* stream : implementation_->streams)
    stream->ends = fake_stream::end::clean;
  implementation_->changed.notify_all();
}

void fake_daemon::cut_streams() {
  const lock guard{implementation_->mutex};
  for (auto* stream : implementation_->streams)
    stream->ends = fake_stream::end::abrupt;
  implementation_->changed.notify_all();
}

void fake_daemon::send_raw(std::string_view bytes) {
  const lock guard{implementation_->mutex};
  for (auto* stream : implementation_->streams)
    stream->waiting.emplace_back(bytes);
  implementation_->changed.notify_all();
}

unsigned fake_daemon::requests(const std::string& path) const {
  const lock guard{implementation_->mutex};
  return static_cast<unsigned>(std::ranges::count_if(
      implementation_->seen, [&](const auto& x) { return path_fits(path, x.path); }));
}

std::vector<std::string> fake_daemon::targets() const {
  const lock guard{implementation_->mutex};
  std::vector<std::string> out;
  for (const auto& x : implementation_->seen) {
    auto text = (x.version.empty() ? "" : "/v" + x.version) + x.path;
    for (const char* mark = "?"; const auto& [key, value] : x.query) {
      text += mark + key + "=" + value;
      mark = "&";
    }
    out.push_back(std::move(text));
  }
  return out;
}

unsigned fake_daemon::connections() const {
  const lock guard{implementation_->mutex};
  return implementation_->accepted_before
         + (implementation_->listener ? implementation_->listener->accepted() : 0);
}

} // namespace volumeviz::support
