#include "wire/origin.hpp"

#include "wire/asio.hpp"

#include <algorithm>

namespace volumeviz::wire {

std::string origin_of(const std::string& address) {
  error_code failed;
  const auto x = asio::ip::make_address(address, failed);
  if (failed || x.is_v4())
    return address;
  if (x.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, x.to_v6()).to_string();
  auto network = x.to_v6().to_bytes();
  std::fill(network.begin() + 8, network.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6{network}.to_string() + "/64";
}

} // namespace volumeviz::wire
