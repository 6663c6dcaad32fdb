#include "docker/resolve.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <sys/socket.h>
#include <thread>

namespace volumeviz::docker {

namespace {

std::vector<std::string> look_up(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
    return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
  std::vector<std::string> out;
  for (const auto* each = found; each; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST)
            == 0
        && std::ranges::find(out, text.data()) == out.end())
      out.emplace_back(text.data());
  }
  return out;
}

struct inquiry {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<std::vector<std::string>> addresses;
};

} // namespace

std::vector<std::string> resolve(const std::string& host, const std::function<bool()>& give_up) {
  if (auto numeric = look_up(host, AI_NUMERICHOST); !numeric.empty())
    return numeric;
  // After `give_up` the thread goes on alone until the resolver returns. It owns all that it uses.
  auto shared = std::make_shared<inquiry>();
  std::thread{[shared, host] {
    auto found = look_up(host, 0);
    const std::lock_guard lock{shared->mutex};
    shared->addresses = std::move(found);
    shared->answered.notify_all();
  }}.detach();
  std::unique_lock lock{shared->mutex};
  while (!shared->answered.wait_for(lock, std::chrono::milliseconds{10},
                                    [&] { return shared->addresses.has_value(); }))
    if (give_up())
      return {};
  return std::move(*shared->addresses);
}

} // namespace volumeviz::docker
