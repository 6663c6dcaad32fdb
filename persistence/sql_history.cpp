#include "persistence/connection_pool.hpp"
#include "persistence/history.hpp"

namespace volumeviz::persistence {

namespace {

class sql_history final : public history {
public:
  sql_history(address at, const database& where)
      : pool_{std::move(at), where.call_limit, where.keeper} {}

  result<change_page> changes(const change_query&) override { return not_yet(); }
  result<history_bounds> bounds(const std::string&) override { return not_yet(); }
  result<std::string> volume_gone_at(const std::string&, const std::string&) override {
    return not_yet();
  }
  result<std::string> container_gone_at(const std::string&, const std::string&) override {
    return not_yet();
  }

private:
  tl::unexpected<failure> not_yet() const {
    return fail(ec::internal, "reading the history of " + pool_.where().display
                                  + ": not possible in this version");
  }

  connection_pool pool_;
};

} // namespace

result<std::unique_ptr<history>> open_history(const database& where) {
  auto address = parse_url(where.url);
  if (!address)
    return tl::unexpected{address.error()};
  return std::make_unique<sql_history>(std::move(*address), where);
}

} // namespace volumeviz::persistence
