#include "tests/support/authority.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>

namespace volumeviz::support {

namespace {

/// As openssl's -startdate has it.
std::string date_text(std::chrono::seconds from_now) {
  // Not as a time_point: its nanoseconds end in 2262.
  const auto at = std::time(nullptr) + from_now.count();
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  char text[32] = "";
  std::strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts);
  return text;
}

std::string key_options(const std::string& key) {
  if (key.rfind("ec:", 0) == 0)
    return "ec -pkeyopt ec_paramgen_curve:" + key.substr(3);
  return key;
}

/// The least that `openssl ca` wants, which unlike `openssl x509` takes any dates. Runs in the
/// folder.
const char* const settings = R"([ca]
default_ca = here
[here]
database = database
new_certs_dir = .
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = optional
organizationName = optional
[req]
distinguished_name = none
[none]
)";

} // namespace

authority::authority(const certificate_wish& own) : own_(sign(own, nullptr)) {
}

authority::authority(const authority& parent, const certificate_wish& own)
    : own_(sign(own, &parent.own_)) {
}

issued_files authority::issue(const certificate_wish& wish) const {
  return sign(wish, &own_);
}

issued_files authority::sign(const certificate_wish& wish, const issued_files* signer) const {
  const auto name = std::to_string(++made_);
  const issued_files made{folder_ / (name + ".pem"), folder_ / (name + ".key")};
  std::ofstream{folder_ / "settings"} << settings;
  std::ofstream{folder_ / "database"};
  std::ofstream{folder_ / "extensions"} << wish.extensions << '\n';
  const auto request = "openssl req -new -config settings -nodes -out request -subj '"
                       + wish.subject + "' -newkey " + key_options(wish.key) + " -keyout "
                       + made.key;
  const auto signing =
      "openssl ca -batch -config settings -notext -in request -extfile extensions -out "
      + made.certificate + " -startdate " + date_text(wish.begins) + " -enddate "
      + date_text(wish.ends)
      + (signer != nullptr ? " -cert " + signer->certificate + " -keyfile " + signer->key
                           : " -selfsign -keyfile " + made.key);
  const auto command =
      "cd " + folder_.path().string() + " && exec >log 2>&1 && " + request + " && " + signing;
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error{"openssl made no certificate: " + file_text(folder_ / "log")};
  return made;
}

certificate_wish authority::usual() {
  return {.subject = "/CN=test CA",
          .extensions = "basicConstraints=critical,CA:TRUE\n"
                        "keyUsage=critical,keyCertSign,cRLSign\n"
                        "subjectKeyIdentifier=hash"};
}

certificate_wish agent_wish(const std::string& name) {
  return {.subject = "/CN=agent",
          .extensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                        "extendedKeyUsage=clientAuth\nsubjectAltName=DNS:"
                        + name};
}

certificate_wish hub_wish(const std::string& alternative_names) {
  return {.subject = "/CN=hub",
          .extensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                        "extendedKeyUsage=serverAuth\nsubjectAltName="
                        + alternative_names};
}

} // namespace volumeviz::support
