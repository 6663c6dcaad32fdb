// bench: measures the built program from outside, beside the floor of the same run. deploy/bench
// builds and runs it; docs/performance.md explains the rows.
#include "bench/machine.hpp"
#include "bench/measurements/all.hpp"
#include "bench/report/comparison.hpp"
#include "bench/report/report_json.hpp"
#include "tests/support/postgres.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace volumeviz::bench {

namespace {

options read_options(int argc, char** argv) {
  options result;
  CLI::App app{"Measures volumeviz-events. docs/performance.md explains the rows."};
  app.add_flag("--list", result.list, "Print the names of the measurements");
  app.add_flag("--markdown", result.markdown, "Print all rows as a Markdown table, too");
  app.add_flag("--quick", result.quick, "Small sizes: shows that everything works");
  auto* repeat = app.add_option("--repeat", result.repeat, "Repetitions of each measurement")
                     ->check(CLI::Range(1, 1000));
  app.add_option("--only", result.only, "Run the measurements whose name contains this expression");
  app.add_option("--json", result.json, "Write all rows to this file");
  app.add_option("--compare", result.compare, "Name the rows that got worse since this file")
      ->check(CLI::ExistingFile);
  app.add_option("--from", result.from, "Take the rows of this file and measure nothing")
      ->check(CLI::ExistingFile);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(app.exit(e));
  }
  if (result.quick && repeat->empty())
    result.repeat = 2;
  return result;
}

report read_report(const std::string& file) {
  std::ifstream stream{file};
  return report_of({std::istreambuf_iterator{stream}, {}});
}

void write_report(const std::string& file, const report& rows, const boost::json::object& machine) {
  std::ofstream stream{file};
  stream << boost::json::serialize(to_json(rows, machine)) << '\n';
  if (!stream.flush())
    throw std::runtime_error{"can't write " + file};
}

std::vector<measurement> chosen(const options& by) {
  const std::regex wanted{by.only};
  auto all = all_measurements();
  std::erase_if(all, [&](const auto& x) { return !std::regex_search(x.name, wanted); });
  if (all.empty())
    throw std::runtime_error{"no measurement's name contains " + by.only + "; --list has them"};
  return all;
}

/// False when the measurement failed: the others still run.
bool succeeds(const measurement& x, task& by) {
  std::fprintf(stderr, "measuring %s\n", x.name.c_str());
  try {
    x.run(by);
    return true;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s failed: %s\n", x.name.c_str(), e.what());
    return false;
  }
}

/// The file is written after each measurement, so that an interrupted run leaves what it measured.
report measure(const options& by) {
  for (const auto& why_not : {support::no_dockerd_because(), support::no_postgres_because()})
    if (!why_not.empty())
      throw std::runtime_error{why_not};
  report rows{by.quick};
  task measuring{by, rows};
  const auto machine = describe_machine();
  std::printf("%s\n", boost::json::serialize(machine).c_str());
  std::string failed;
  for (const auto& x : chosen(by)) {
    const auto begin = clock::now();
    const auto first = rows.rows().size();
    if (!succeeds(x, measuring))
      failed += ' ' + x.name;
    std::printf("\n%s, %d repetitions, %.0f s\n%s", x.name.c_str(), by.repeat, since(begin) / 1000,
                table(rows, first).c_str());
    if (!by.json.empty())
      write_report(by.json, rows, machine);
  }
  if (!failed.empty())
    throw std::runtime_error{"these measurements failed:" + failed};
  return rows;
}

int run(const options& by) {
  if (by.list) {
    for (const auto& x : all_measurements())
      std::printf("%s\n", x.name.c_str());
    return 0;
  }
  const auto rows = by.from.empty() ? measure(by) : read_report(by.from);
  if (by.markdown)
    std::printf("\n%s", markdown(rows).c_str());
  if (by.compare.empty())
    return 0;
  const auto compared = compare(read_report(by.compare), rows);
  std::printf("\ncompared with %s\n%s", by.compare.c_str(), describe(compared).c_str());
  return any_worse(compared) ? 1 : 0;
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return run(read_options(argc, argv));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
