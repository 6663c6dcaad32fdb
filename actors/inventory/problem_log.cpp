#include "actors/inventory/problem_log.hpp"

#include <utility>

namespace volumeviz {

problem_log::problem_log(resource_handler_actor::pointer self, const handler_parts& parts)
    : self_(self), parts_(parts), rejected_(parts.kind, parts.log),
      unverified_(parts.kind, parts.log), left_out_(parts.kind, parts.log),
      sent_rejected_(rejected_.report()), sent_unverified_{.kind = parts.kind, .first = {}} {
}

void problem_log::send_all() {
  self_->send(parts_.health, sent_rejected_);
  self_->send(parts_.health, sent_unverified_);
  self_->send(parts_.health, atom::left_out_v, parts_.kind, sent_left_out_);
}

void problem_log::fetched(const observation& what, bool list) {
  if (list)
    left_out_.listed(what.left_out);
  if (left_out_.reason() != sent_left_out_) {
    sent_left_out_ = left_out_.reason();
    self_->send(parts_.health, atom::left_out_v, parts_.kind, sent_left_out_);
  }
  unverified_.fetched(what, list, what.failed.empty() ? never : parts_.now());
}

void problem_log::committed(const observation& what, const write_summary& summary) {
  rejected_.written(what, summary, parts_.now());
  auto current = rejected_.report();
  if (current == sent_rejected_)
    return;
  sent_rejected_ = std::move(current);
  self_->send(parts_.health, sent_rejected_);
}

void problem_log::completed(const sync::fetch_outcome& outcome) {
  unverified_.forget(outcome.gone);
  if (outcome.remaining)
    unverified_.keep_only(*outcome.remaining);
}

void problem_log::send_unverified(const std::vector<std::string>& set_aside,
                                  const sync::kept_rows& kept) {
  auto current = unverified_.report(set_aside, kept);
  if (current == sent_unverified_)
    return;
  unverified_.log_kept(current, sent_unverified_);
  sent_unverified_ = std::move(current);
  self_->send(parts_.health, sent_unverified_);
}

} // namespace volumeviz
