#include "actors/fleet/front_log.hpp"

#include "sync/log_limit.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace volumeviz {

namespace {

/// The log of one front. Only the front's thread uses it.
class front_log {
public:
  front_log(std::shared_ptr<metrics::catalogue> numbers, std::shared_ptr<spdlog::logger> log)
      : numbers_(std::move(numbers)), log_(std::move(log)) {}

  void violated(link_violation why, const std::string& peer, const std::string& what) {
    numbers_->link.violations(why).add();
    const auto reason = link_violation_names[static_cast<std::size_t>(why)];
    write("ended " + peer,
          "ended the connection of " + peer + " (" + reason + "): it sent " + what);
  }
  void refused(link_refusal why, const std::string& peer, const std::string& what) {
    numbers_->visitors.refused(why).add();
    const auto reason = link_refusal_names[static_cast<std::size_t>(why)];
    write(peer + ' ' + reason, "refused a connection of " + peer + " (" + reason + "): " + what);
  }

private:
  void write(const std::string& key, const std::string& line) {
    if (const auto suppressed = limit_.admit(key, std::chrono::steady_clock::now()))
      log_->warn("{}{}", line, sync::more_lines(*suppressed));
  }

  std::shared_ptr<metrics::catalogue> numbers_;
  std::shared_ptr<spdlog::logger> log_;
  sync::log_limit limit_;
};

} // namespace

wire::front_reports front_reports(std::shared_ptr<metrics::catalogue> numbers,
                                  std::shared_ptr<spdlog::logger> log) {
  const auto to = std::make_shared<front_log>(std::move(numbers), std::move(log));
  return {.violated = [to](auto why, const auto& peer,
                           const auto& what) { to->violated(why, peer, what); },
          .refused = [to](auto why, const auto& peer,
                          const auto& what) { to->refused(why, peer, what); }};
}

} // namespace volumeviz
