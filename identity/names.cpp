#include "identity/names.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <openssl/x509v3.h>
#include <optional>

namespace volumeviz::identity {

namespace {

constexpr std::size_t names_printed_max = 5;
constexpr std::size_t text_printed_max = 253;

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::optional<std::string> address_text(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_ntop(family, bytes, text.data(), text.size()) == nullptr)
    return {};
  return text.data();
}

std::optional<std::string> address_text(std::string_view octets) {
  if (octets.size() == sizeof(in_addr))
    return address_text(AF_INET, octets.data());
  if (octets.size() == sizeof(in6_addr))
    return address_text(AF_INET6, octets.data());
  return {};
}

/// An IP literal in address_text()'s form; empty when the text is not one.
std::optional<std::string> as_address(const std::string& name) {
  in6_addr bytes{};
  for (const auto family : {AF_INET, AF_INET6})
    if (::inet_pton(family, name.c_str(), &bytes) == 1 && name.find('\0') == std::string::npos)
      return address_text(family, &bytes);
  return {};
}

/// The common name; empty when there are several, since it would be unclear which one counts.
std::string the_common_name(const X509& certificate) {
  const auto* subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
    return {};
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0)
    return {};
  std::string text{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size)};
  OPENSSL_free(utf8);
  return text;
}

void read_alternative_names(const X509& certificate, certificate_names& into) {
  const std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> names{
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
    if (type == GEN_DNS)
      into.dns.emplace_back(text_of(value));
    else if (type == GEN_IPADD)
      if (auto address = address_text(text_of(value)))
        into.addresses.push_back(std::move(*address));
  }
}

} // namespace

std::vector<std::string> certificate_names::all() const {
  auto result = dns;
  result.insert(result.end(), addresses.begin(), addresses.end());
  if (!common.empty())
    result.push_back(common);
  return result;
}

bool certificate_names::contain(const std::string& name) const {
  if (name.empty())
    return false;
  if (const auto address = as_address(name))
    return std::ranges::find(addresses, *address) != addresses.end()
           || as_address(common) == address;
  return text::equal_ignoring_case(name, common) || std::ranges::any_of(dns, [&](const auto& each) {
           return text::equal_ignoring_case(name, each);
         });
}

certificate_names names_of(const X509& certificate) {
  certificate_names result;
  // A subjectAltName that can't be read, or is there twice, gives no names.
  if (X509_get_ext_by_NID(&certificate, NID_subject_alt_name, -1) >= 0)
    read_alternative_names(certificate, result);
  else
    result.common = the_common_name(certificate);
  return result;
}

std::string printable(const std::string& text) {
  auto result = text.substr(0, text_printed_max);
  std::ranges::replace_if(
      result, [](char c) { return c < 0x20 || c > 0x7e || c == '"'; }, '?');
  return '"' + result + (text.size() > text_printed_max ? "...\"" : "\"");
}

std::string printable(const certificate_names& names) {
  const auto all = names.all();
  if (all.empty())
    return "no names";
  std::string result;
  const auto count = std::min(all.size(), names_printed_max);
  for (std::size_t i = 0; i < count; ++i)
    result += (i == 0 ? "" : ", ") + printable(all[i]);
  if (count < all.size())
    result += " and " + std::to_string(all.size() - count) + " more";
  return result;
}

} // namespace volumeviz::identity
