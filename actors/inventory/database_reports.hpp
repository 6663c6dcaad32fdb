#pragma once

#include "actors/inventory/store_parts.hpp"
#include "actors/platform/repeated.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace volumeviz {

/// Reports whether the database answers, and which hosts other nodes write: to the metrics, the
/// health reporter and the log.
class database_reports {
public:
  using duration = std::chrono::steady_clock::duration;
  using time_point = std::chrono::steady_clock::time_point;

  database_reports(inventory_store_actor::pointer self, context_ptr context,
                   const store_parts& parts);

  /// A transaction was committed, with so many batches that were really written.
  void wrote(std::uint64_t batches, duration took);
  /// The database failed, and so many batches were not written because of it.
  void failed(const failure& why, std::uint64_t batches, duration took);
  /// The same for a transaction: for some time, pings do not report the database as up.
  void write_failed(const failure& why, std::uint64_t batches, duration took);
  void pinged(const result<void>& answer, duration took);
  time_point last_report() const noexcept { return last_report_; }

  /// Logs which hosts' locks other nodes have got, or have given back.
  void record_locks();
  /// This node does not write the host any more.
  void forget(const std::string& host) { locked_out_.erase(host); }
  /// The answer for a batch that was written, or that another node's lock kept from being written.
  write_answer answer_to(const std::string& host, write_summary&& summary) const;

private:
  void up(std::uint64_t batches, duration took);
  void send(store_report&& report);

  inventory_store_actor::pointer self_;
  context_ptr context_;
  const store_parts& parts_;
  repeated_failure trouble_;
  time_point last_report_{};
  /// Of the last transaction, until one is committed.
  std::optional<failure> write_failure_;
  time_point write_failed_at_{};
  /// Hosts whose rows another node writes, with a description of that node.
  std::map<std::string, std::string> locked_out_;
};

} // namespace volumeviz
