#include "feed/reading.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::feed {

namespace {

constexpr int newest_at_once = 500;
// Rows of a page that the filter of a container, which is applied here, may leave nothing of.
constexpr int page_to_filter = 500;

encoded_change told(persistence::change_row row, const change_text& json) {
  const auto text = json(row);
  return tell(std::move(row), text);
}

/// A cursor is refused when the database has had no such change: it was restored or replaced.
tail_answer read_other_database(persistence::history& from, tail_answer answer) {
  const auto bounds = from.bounds();
  if (bounds && bounds->newest < answer.after) {
    answer.is_other_database = true;
    answer.upto = bounds->settled;
  }
  return answer;
}

} // namespace

tail_answer read_newest(persistence::history& from, std::int64_t after, const change_text& json,
                        bool& more) {
  tail_answer answer{.after = after, .changes = {}, .upto = after};
  more = false;
  auto page = from.changes(
      {.which = {}, .after = after, .before = {}, .ascending = true, .limit = newest_at_once});
  if (!page && page.error().code == ec::bad_request)
    return read_other_database(from, std::move(answer));
  // Health tells when the database is away.
  if (!page || (page->items.empty() && page->settled <= after))
    return answer;
  // Asked after the reading: what was trimmed before is missing from the page.
  const auto kept = from.bounds();
  if (!kept)
    return answer;
  more = page->next.has_value();
  answer.upto = page->next ? *page->next : std::max(after, page->settled);
  answer.has_gap = kept->trimmed > after;
  if (answer.has_gap) {
    answer.upto = std::max(answer.upto, kept->trimmed);
    return answer;
  }
  for (auto& row : page->items)
    answer.changes.push_back(told(std::move(row), json));
  return answer;
}

page_answer read_page(persistence::history& from, const page_request& what,
                      const change_text& json) {
  page_answer answer{
      .subscriber = what.subscriber, .after = what.after, .changes = {}, .upto = what.after};
  persistence::change_query query{.which = what.which,
                                  .after = what.after,
                                  .before = {},
                                  .ascending = true,
                                  .limit = what.most};
  if (what.is_part)
    query.before = what.upto + 1;
  // The live part decides about containers by matches(), so this part has to, too: for the database
  // a prefix may mean another container than a moment before.
  if (!std::exchange(query.which.container, {}).empty())
    query.limit = page_to_filter;
  auto page = from.changes(query);
  if (!page) {
    answer.failed = true;
    return answer;
  }
  const auto kept = from.bounds(what.which.host);
  if (!kept) {
    answer.failed = true;
    return answer;
  }
  answer.trimmed = kept->trimmed;
  answer.upto = std::clamp(page->next ? *page->next : page->settled, what.after, what.upto);
  for (auto& row : page->items) {
    if (row.id > what.upto)
      break; // the live part has it
    if (!matches(what.which, row))
      continue;
    if (answer.changes.size() == static_cast<std::size_t>(what.most)) {
      answer.upto = answer.changes.back().row.id;
      break;
    }
    answer.changes.push_back(told(std::move(row), json));
  }
  return answer;
}

} // namespace volumeviz::feed
