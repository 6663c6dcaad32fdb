#pragma once

#include "persistence/compared_lists.hpp"
#include "persistence/store.hpp"
#include "tests/simulation/model_store.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::simulation {

/// A store that breaks a rule of what it remembers of rows.
struct forgotten_rules {
  bool ignores_versions = false;       ///< a row that was equal once is equal
  bool outlives_connections = false;   ///< what it remembers is not of one connection
  bool keeps_what_was_changed = false; ///< also rows that this store itself has changed since
};

/// A node's way to the model database: remembers which rows a complete list has shown, with the
/// classes of persistence/, and leaves out those that can't differ.
class model_session final : public persistence::store {
public:
  explicit model_session(std::shared_ptr<model_store> to, forgotten_rules without = {})
      : to_(std::move(to)), without_(without) {}

  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override;
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override;
  result<void> ping() override;
  std::map<std::string, std::string> locked_out() const override;

private:
  struct compared {
    std::optional<persistence::compared_rows<volume>> volumes;
    std::optional<persistence::compared_rows<container>> containers;
  };

  bool connection_is_lost();
  void close();
  std::vector<write_summary> write(const std::vector<change_batch>& batches);
  void locks_reported(const std::vector<write_summary>& done,
                      const std::vector<change_batch>& batches);
  bool may_write(const std::string& host, write_summary& summary);
  write_summary write(const change_batch& batch, persistence::learned_rows& learned);
  compared compare(const change_batch& batch);
  persistence::learned_rows learn(const change_batch& batch, const compared& lists,
                                  const write_summary& written);
  persistence::row_version version(persistence::row_version of_row) const;
  persistence::row_versions
  versions(const std::set<std::string_view>& changed,
           const std::map<std::string, persistence::row_version>& of_rows) const;

  std::shared_ptr<model_store> to_;
  forgotten_rules without_;
  std::map<std::string, persistence::seen_host> seen_;
  unsigned connection_ = 0;              ///< 0: none
  std::uint64_t others_before_ = 0;      ///< what others had written when it began
  std::set<std::string> held_, refused_; ///< hosts whose lock it has, or another writer
  /// How often another writer had had a lock when it last had this host's.
  std::map<std::string, unsigned> locked_before_;
};

} // namespace volumeviz::simulation
