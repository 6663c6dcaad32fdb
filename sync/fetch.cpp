#include "sync/fetch.hpp"

namespace volumeviz::sync {

const stale_mark* fetch_in_flight::find(const std::string& key) const {
  const auto i = marks.find(key);
  return i == marks.end() ? nullptr : &i->second;
}

fetch request_of(const fetch_in_flight& x) {
  if (x.list)
    return {.list = true,
            .keys = {},
            .reasons = x.list->reasons,
            .run_id = x.list->run_id,
            .confirmed = x.list->confirmed};
  fetch request;
  if (x.retry) {
    request.keys = {*x.retry};
    request.retry = true;
    return request;
  }
  for (const auto& [key, mark] : x.marks)
    request.keys.push_back(key);
  return request;
}

} // namespace volumeviz::sync
