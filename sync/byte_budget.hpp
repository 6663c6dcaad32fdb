#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace volumeviz::sync {

/// A limit for the bytes that are held at the same time. Several threads may share one. A budget
/// with a parent is a part of it: its bytes also count for the parent.
class byte_budget {
public:
  explicit byte_budget(std::size_t limit, std::shared_ptr<byte_budget> parent = nullptr)
      : limit_(limit), parent_(std::move(parent)) {}

  /// Takes the bytes. False, and takes nothing, when that would exceed the limit of this budget or
  /// of a parent.
  bool take(std::size_t bytes) noexcept {
    auto held = held_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ || held > limit_ - bytes)
        return false;
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
    if (!parent_ || parent_->take(bytes))
      return true;
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void give_back(std::size_t bytes) noexcept {
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    if (parent_)
      parent_->give_back(bytes);
  }

  std::size_t limit() const noexcept { return limit_; }
  std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }

private:
  const std::size_t limit_;
  const std::shared_ptr<byte_budget> parent_;
  std::atomic<std::size_t> held_{0};
};

/// Bytes that were taken from a budget. The destructor gives them back.
class held_bytes {
public:
  explicit held_bytes(std::shared_ptr<byte_budget> of = nullptr) : of_(std::move(of)) {}
  held_bytes(held_bytes&& other) noexcept
      : of_(std::move(other.of_)), bytes_(std::exchange(other.bytes_, 0)) {}
  held_bytes& operator=(held_bytes&& other) noexcept {
    std::swap(of_, other.of_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  held_bytes(const held_bytes&) = delete;
  held_bytes& operator=(const held_bytes&) = delete;
  ~held_bytes() {
    if (of_)
      of_->give_back(bytes_);
  }

  bool add(std::size_t bytes) noexcept {
    if (of_ && !of_->take(bytes))
      return false;
    bytes_ += bytes;
    return true;
  }
  std::size_t bytes() const noexcept { return bytes_; }

private:
  std::shared_ptr<byte_budget> of_;
  std::size_t bytes_ = 0;
};

} // namespace volumeviz::sync
