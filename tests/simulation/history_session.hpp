#pragma once

#include "persistence/store.hpp"
#include "tests/simulation/history_database.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::simulation {

/// While it lives, the file is elsewhere, so that nobody can open it. A store whose file is not
/// where it was gives its connection up.
class unreachable_file {
public:
  explicit unreachable_file(std::string file);
  ~unreachable_file();
  unreachable_file(const unreachable_file&) = delete;
  unreachable_file& operator=(const unreachable_file&) = delete;

private:
  const std::string file_;
};

/// A node's way to the database: the product's store, and the faults that the schedule wants.
class history_session final : public persistence::store {
public:
  history_session(history_database& to, std::shared_ptr<persistence::store> real, std::string file,
                  history_defects with)
      : to_(to), real_(std::move(real)), file_(std::move(file)), with_(with),
        process_(to.process()) {}

  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override;
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return real_->preview(batches);
  }
  result<void> ping() override;
  std::map<std::string, std::string> locked_out() const override { return real_->locked_out(); }
  result<void> release(const std::string& host) override { return real_->release(host); }
  result<persistence::trimmed_history> trim_history(const std::string& host) override {
    return real_->trim_history(host);
  }

private:
  std::vector<change_batch> told_otherwise(std::vector<change_batch> batches) const;
  void cut();

  history_database& to_;
  std::shared_ptr<persistence::store> real_;
  const std::string file_;
  const history_defects with_;
  const unsigned process_;
};

} // namespace volumeviz::simulation
