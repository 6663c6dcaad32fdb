#include "actors/inventory/problem_log.hpp"

#include <utility>

namespace volumeviz {

problem_log::problem_log(resource_handler_actor::pointer self, context_ptr context,
                         resource_kind kind)
    : self_(self), context_(std::move(context)), kind_(kind), rejected_(kind, context_->log),
      unverified_(kind, context_->log), left_out_(kind, context_->log),
      sent_rejected_(rejected_.report()), sent_unverified_{.kind = kind, .first = {}} {
}

void problem_log::send_all() {
  self_->send(context_->handles.health, sent_rejected_);
  self_->send(context_->handles.health, sent_unverified_);
  self_->send(context_->handles.health, atom::left_out_v, kind_, sent_left_out_);
}

void problem_log::fetched(const observation& what, bool list) {
  if (list)
    left_out_.listed(what.left_out);
  if (left_out_.reason() != sent_left_out_) {
    sent_left_out_ = left_out_.reason();
    self_->send(context_->handles.health, atom::left_out_v, kind_, sent_left_out_);
  }
  unverified_.fetched(what, list, what.failed.empty() ? never : context_->now());
}

void problem_log::committed(const observation& what, const write_summary& summary) {
  rejected_.written(what, summary, context_->now());
  auto current = rejected_.report();
  if (current == sent_rejected_)
    return;
  sent_rejected_ = std::move(current);
  self_->send(context_->handles.health, sent_rejected_);
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
  self_->send(context_->handles.health, sent_unverified_);
}

} // namespace volumeviz
