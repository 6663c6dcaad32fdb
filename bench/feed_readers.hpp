#pragma once

#include <cstdint>
#include <vector>

namespace volumeviz::bench {

/// One event at one subscriber. Times are nanoseconds of CLOCK_REALTIME, the clock that the kernel
/// stamps with.
struct feed_arrival {
  std::int64_t number = 0;  ///< the name of the event's volume
  std::int64_t arrived = 0; ///< in the socket, by the kernel's stamp of the last byte
  std::int64_t read = 0;    ///< when the one thread of all subscribers had read it
};

std::int64_t realtime_ns();

/// Very many subscribers of a feed, in a process of their own with one thread: it reads, notes the
/// time, and looks for the number of the event. So a measurement has little of the client in it,
/// although both share the machine.
class feed_readers {
public:
  /// Forks, so call it before there are threads.
  explicit feed_readers(int subscribers);
  ~feed_readers(); ///< waits for the process

  /// All subscribe at this port of 127.0.0.1, and expect so many events each. False when they
  /// can't.
  bool subscribe(std::uint16_t port, int events);
  /// What has arrived when all have got all, or nothing has come for 20 s.
  std::vector<feed_arrival> arrivals();

private:
  int to_child_ = -1;
  int from_child_ = -1;
  int child_ = -1;
};

} // namespace volumeviz::bench
