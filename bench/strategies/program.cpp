#include "bench/strategies/strategy.hpp"
#include "bench/usage.hpp"

namespace volumeviz::bench {

namespace {

class program final : public strategy {
public:
  explicit program(stage& on) : on_{on} {
    on_.start_node({{"LOG_LEVEL", "info"}});
    on_.settle();
  }
  ~program() override { on_.end_node(); }

  std::string host() const override { return stage::host; }
  double cpu_ms() const override { return usage_of(on_.node().pid()).cpu_ms; }

private:
  stage& on_;
};

} // namespace

std::unique_ptr<strategy> watch_with_the_program(stage& on) {
  return std::make_unique<program>(on);
}

} // namespace volumeviz::bench
