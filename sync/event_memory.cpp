#include "sync/event_memory.hpp"

#include <string_view>

namespace volumeviz::sync {

namespace {

// FNV-1a of the fields that make an event unique. An event with the same 64 bits as one of the
// 8,192 before it would be taken for a duplicate and ignored. At a thousand events a second this
// happens once in seventy thousand years.
class fingerprint {
public:
  void add(std::string_view text) {
    for (auto c : text)
      step(static_cast<unsigned char>(c));
    step(0xff);
  }
  void add(std::uint64_t number) {
    for (auto i = 0; i < 8; ++i)
      step(static_cast<unsigned char>(number >> (8 * i)));
  }
  std::uint64_t value() const noexcept { return value_; }

private:
  void step(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

std::uint64_t fingerprint_of(const docker_event& event) {
  fingerprint f;
  f.add(static_cast<std::uint64_t>(event.time));
  f.add(static_cast<std::uint64_t>(event.kind));
  f.add(event.action);
  f.add(event.id);
  return f.value();
}

} // namespace

bool event_memory::remember(const docker_event& event) {
  auto print = fingerprint_of(event);
  if (!known_.insert(print).second)
    return false;
  ++count_;
  order_.push_back(print);
  if (order_.size() > capacity_) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

bool event_memory::knows(const docker_event& event) const {
  return known_.contains(fingerprint_of(event));
}

std::vector<docker_event> event_memory::missing(const std::vector<docker_event>& events) const {
  std::vector<docker_event> result;
  for (const auto& event : events)
    if (!knows(event))
      result.push_back(event);
  return result;
}

} // namespace volumeviz::sync
