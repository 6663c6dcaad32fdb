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

known_change known_from(const persistence::change_row& row) {
  return {row.id, row.recorded_at};
}

/// The newest change up to this id.
std::optional<known_change> find_last(persistence::history& from, std::int64_t upto) {
  if (upto == 0)
    return {};
  for (const auto& query :
       {persistence::change_query{.after = upto - 1, .ascending = true, .limit = 1},
        persistence::change_query{.before = upto, .limit = 1}}) {
    const auto page = from.changes(query);
    if (page && !page->items.empty() && page->items.front().id <= upto)
      return known_from(page->items.front());
  }
  return {};
}

struct tail_page {
  persistence::change_page found;
  bool is_continued = true; ///< the last change is where it was
};

result<tail_page> continue_from(persistence::history& from, const tail_place& at) {
  const auto read = [&](std::int64_t after) {
    return from.changes({.after = after, .ascending = true, .limit = newest_at_once});
  };
  auto page = read(at.last ? at.last->id - 1 : at.after);
  if (!page)
    return tl::unexpected{std::move(page.error())};
  auto& items = page->items;
  const bool has_last = at.last && !items.empty() && known_from(items.front()) == *at.last;
  // A long change fills a page alone.
  if (has_last && items.size() == 1 && page->next && !(page = read(at.after)))
    return tl::unexpected{std::move(page.error())};
  std::erase_if(page->items, [&](const auto& row) { return row.id <= at.after; });
  return tail_page{std::move(*page), has_last || !at.last};
}

/// Whether the database is not the one in which `at` was read.
bool is_other(const tail_page& page, const persistence::history_bounds& now, const tail_place& at) {
  const bool lacks_last = !page.is_continued && page.found.settled >= at.last->id;
  return now.newest < at.after || (lacks_last && now.trimmed < at.last->id);
}

void go_on_elsewhere(newest_changes& news, const persistence::history_bounds& now) {
  news.answer.is_other_database = true;
  news.answer.upto = now.settled;
  news.next = {.after = now.settled};
}

} // namespace

newest_changes read_newest(persistence::history& from, const tail_place& at,
                           const change_text& json) {
  newest_changes news{.answer = {.after = at.after, .changes = {}, .upto = at.after}, .next = at};
  auto& [answer, next, more] = news;
  if (!next.last)
    next.last = find_last(from, at.after);
  auto page = continue_from(from, next);
  // A cursor that the database has not given out is refused. Health tells when it is away.
  const bool is_refused = !page && page.error().code == ec::bad_request;
  if (!page && !is_refused)
    return news;
  if (page && page->is_continued && page->found.items.empty() && page->found.settled == at.after)
    return news;
  // Asked after the reading: what was trimmed before is missing from the page.
  const auto kept = from.bounds();
  if (!kept)
    return news;
  if (is_refused ? kept->newest < at.after : is_other(*page, *kept, next)) {
    go_on_elsewhere(news, *kept);
    return news;
  }
  if (is_refused || page->found.settled < at.after)
    return news;
  auto& found = page->found;
  more = found.next.has_value();
  answer.upto = more ? *found.next : found.settled;
  answer.has_gap = kept->trimmed > at.after;
  if (answer.has_gap) {
    answer.upto = std::max(answer.upto, kept->trimmed);
    found.items.clear();
  }
  if (!found.items.empty())
    next.last = known_from(found.items.back());
  else if (answer.has_gap || !page->is_continued)
    next.last.reset();
  for (auto& row : found.items)
    answer.changes.push_back(told(std::move(row), json));
  next.after = answer.upto;
  return news;
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
