#pragma once

#include "docker/event_json.hpp"
#include "docker/line_reader.hpp"
#include "tests/simulation/model_daemon.hpp"

namespace volumeviz::simulation {

/// One subscription: its backlog in the daemon and the socket, and the bytes that pass the
/// program's own line reader and parser.
struct model_stream {
  enum class phase { made, connecting, answered, open, over };

  phase at = phase::made;
  std::chrono::milliseconds overlap{};
  nanoseconds began{};
  timestamp since = never;
  std::deque<model_daemon::line> backlog;
  std::size_t room = 0; ///< of the backlog; what is shown again comes on top of it
  std::optional<nanoseconds> full_since;
  bool ending = false;
  bool within_a_line = false;  ///< ends there
  bool seems_to_stand = false; ///< whatever happens to it
  std::string tail;            ///< of a line of which a part was read
  docker::stream_sinks sinks;
  std::function<void(failure&&)> ended;
  docker::event_parser parser;
  docker::line_reader lines{0};

  bool can_go_on(model_daemon& of) const;
  void go_on(model_daemon& of);
  void stop();
  /// What the kernel knows of the connection, without the reading thread.
  bool connected() const noexcept {
    return seems_to_stand || (!ending && (at == phase::answered || at == phase::open));
  }

private:
  void connect(model_daemon& of);
  void subscribe(model_daemon& of);
  void read_on(model_daemon& of);
  std::size_t next_line(model_daemon& of) const;
  void feed(model_daemon& of, std::string_view bytes);
  void end(failure why);
};

/// The node's handle to it.
class stream_handle final : public docker::event_stream {
public:
  explicit stream_handle(std::shared_ptr<model_stream> to) : stream(std::move(to)) {}
  ~stream_handle() override { stop(); }
  failure run(const docker::stream_sinks&) override;
  void stop() noexcept override { stream->stop(); }
  bool connected() const noexcept override { return stream->connected(); }

  const std::shared_ptr<model_stream> stream;
};

} // namespace volumeviz::simulation
