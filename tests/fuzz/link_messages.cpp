// Requests and answers of agent and hub, as payloads of CAF's messages.
#include "tests/fuzz/caf_oracle.hpp"
#include "wire/published.hpp"

using namespace volumeviz;
using namespace volumeviz::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wire::bytes payload{reinterpret_cast<const std::byte*>(data), size};
  const auto request = wire::check_request(payload);
  const auto response = wire::check_response(payload);
  must(!(request && response), "nothing is both asked and answered");
  if (request || response)
    caf_oracle::only_one().must_read(payload);
  for (const auto* why :
       {request ? nullptr : &request.error(), response ? nullptr : &response.error()})
    must(why == nullptr || (one_line(why->what) && why->what.size() < 400),
         "a complaint is a part of one line");
  return 0;
}
