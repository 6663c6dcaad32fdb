#include "persistence/schema.hpp"
#include "persistence/schema_upgrade.hpp"
#include "persistence/session.hpp"
#include "persistence/session_deadline.hpp"
#include "persistence/store.hpp"
#include "persistence/transaction.hpp"
#include "persistence/write_time.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace volumeviz::persistence {

namespace {

using clock = session_deadline::clock;

/// The least time that a call leaves for its work, however long connecting took.
constexpr std::chrono::milliseconds least_time{200};

class sql_store final : public store {
public:
  sql_store(address at, const database& where)
      : keeper_{where.keeper}, where_{std::move(at)}, limit_{where.call_limit},
        history_{where.history}, clock_{where.now}, hosts_{where_, where.rows_of_host} {}

  /// Gives the locks back, so that the next process finds them free.
  ~sql_store() override {
    if (!session_)
      return;
    try {
      const session_deadline deadline{*keeper_, *session_, clock::now() + least_time};
      hosts_.locks.give_all_back(*session_);
    } catch (const std::exception&) {
      // The server frees them when it notices that the connection has ended.
    }
  }
  sql_store(const sql_store&) = delete;
  sql_store& operator=(const sql_store&) = delete;

  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    return call(
        "writing to " + where_.display,
        [&](session& on) { return write_batches(on, batches, &hosts_, history_, now()); },
        time_beyond_limit(batches));
  }

  result<trimmed_history> trim_history(const std::string& host) override {
    if (!session_ || !hosts_.locks.held(host))
      return fail(ec::store_unreachable, "trimming the history of host " + host + " in "
                                             + where_.display
                                             + ": this process does not write the host");
    return call("trimming the history of host " + host + " in " + where_.display,
                [&](session& on) { return hosts_.history.trim(on, host, history_); });
  }

  result<void> ping() override {
    return call("asking " + where_.display, [](session& on) { on.query("SELECT 1", {}, 1); });
  }

  std::map<std::string, std::string> locked_out() const override { return hosts_.locks.refused(); }

  result<void> release(const std::string& host) override {
    hosts_.quota.forget(host);
    hosts_.seen.erase(host);
    hosts_.history.forget(host);
    if (!session_) {
      hosts_.locks.forget(host);
      return {};
    }
    return call("giving the lock of host " + host + " back to " + where_.display,
                [&](session& on) { hosts_.locks.give_back(on, host); });
  }

  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    try {
      return preview_of(batches);
    } catch (const sql_error& e) {
      return tl::unexpected{to_failure(e, "previewing what would be written to " + where_.display)};
    } catch (const std::exception& e) {
      return fail(ec::internal,
                  "previewing what would be written to " + where_.display + ": " + e.what());
    }
  }

private:
  /// Runs `work` on the connection; without one, connects and brings the schema up to date first.
  /// After any failure the next call makes a new connection, so nothing is left of a transaction or
  /// a half-read answer.
  template <class Work>
  auto call(const std::string& attempted, Work work, std::chrono::microseconds more = {})
      -> result<decltype(work(std::declval<session&>()))> {
    auto deadline = clock::now() + limit_ + more;
    failure why;
    if (session_ && session_->lost_its_file())
      close();
    try {
      const bool is_new = !session_;
      if (is_new) {
        session_.emplace(where_, session::purpose::write, limit_);
        if (upgrade_old_schema(*session_, *keeper_, limit_))
          deadline = clock::now() + limit_ + more;
      }
      const session_deadline guard{*keeper_, *session_,
                                   std::max(deadline, clock::now() + least_time)};
      if (is_new) {
        bring_up_to_date(*session_);
        hosts_.locks.take_again(*session_);
      }
      if constexpr (std::is_void_v<decltype(work(*session_))>) {
        work(*session_);
        return {};
      } else {
        return work(*session_);
      }
    } catch (const sql_error& e) {
      why = to_failure(e, attempted);
    } catch (const std::exception& e) {
      why = {ec::internal, attempted + ": " + e.what()};
    }
    close();
    return tl::unexpected{std::move(why)};
  }

  std::string now() const { return clock_ ? text::iso_time(clock_()) : current_time(); }

  void close() {
    session_.reset();
    hosts_.session_ended();
  }

  std::vector<write_summary> preview_of(const std::vector<change_batch>& batches) {
    std::error_code ignored;
    if (where_.kind == dialect::sqlite && !std::filesystem::exists(where_.path, ignored))
      return preview_of_nothing(batches);
    const auto deadline = clock::now() + limit_;
    session on{where_, session::purpose::change_nothing, limit_};
    const session_deadline guard{*keeper_, on, std::max(deadline, clock::now() + least_time)};
    if (schema_version(on) == 0)
      return preview_of_nothing(batches);
    require_current_schema(on);
    return write_batches(on, batches, nullptr, history_, now());
  }

  /// In a database without a schema all rows would be new. An empty database in memory reports
  /// them by the same rules.
  std::vector<write_summary> preview_of_nothing(const std::vector<change_batch>& batches) {
    session on{address{dialect::sqlite, in_memory, {}, {}}, session::purpose::write, limit_};
    bring_up_to_date(on);
    return write_batches(on, batches, nullptr, history_, now());
  }

  const std::shared_ptr<deadline_keeper> keeper_;
  address where_;
  std::chrono::milliseconds limit_;
  history_options history_;
  std::function<timestamp()> clock_; ///< null: this machine's
  std::optional<session> session_;
  written_hosts hosts_;
};

} // namespace

result<std::unique_ptr<store>> open_store(const database& where) {
  auto address = parse_url(where.url);
  if (!address)
    return tl::unexpected{address.error()};
  return std::make_unique<sql_store>(std::move(*address), where);
}

} // namespace volumeviz::persistence
