#pragma once

#include "actors/inventory/handler_parts.hpp"
#include "sync/committed_fetch.hpp"
#include "sync/kept_rows.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace volumeviz {

/// How a fetch ended, in numbers.
struct ended_work {
  sync::completion events;
  ec failed_why = ec::internal;
  std::vector<row_count> rows{};
  std::uint64_t rejected = 0;
  std::uint64_t replaced_text = 0;
};

/// Reports what a handler has done: to the metrics, and of lists to the reconciler, too.
class work_reports {
public:
  using seconds = std::chrono::duration<double>;

  work_reports(resource_handler_actor::pointer self, context_ptr context,
               const handler_parts& parts, const sync::work_plan& plan, const sync::kept_rows& kept)
      : self_(self), context_(std::move(context)), parts_(parts), plan_(plan), kept_(kept) {}

  /// Rows by whether an event requested their fetch. The plan knows this until the fetch is
  /// completed.
  std::vector<row_count> count_rows(const sync::committed_fetch& x) const;
  void ended(ended_work&& work);

  void list_began(const sync::fetch& asked);
  void list_committed(const sync::committed_fetch& x, seconds took);
  void list_failed(const sync::fetch& asked, const failure& why, seconds took);
  /// Another node writes the rows. That is not a failed list, so the metrics do not get it.
  void list_locked_out(const sync::fetch& asked, const failure& why);

  /// Sends the plan's low watermark to the reconciler if it has changed.
  void verified();

private:
  list_report report_of(const sync::fetch& asked, seconds took) const;
  void send(list_report&& report);

  resource_handler_actor::pointer self_;
  context_ptr context_;
  const handler_parts& parts_;
  const sync::work_plan& plan_;
  const sync::kept_rows& kept_;
  timestamp verified_ = never;
};

} // namespace volumeviz
