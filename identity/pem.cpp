#include "identity/pem.hpp"

#include <cerrno>
#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::identity {

namespace {

using tl::unexpected;
using std::string_literals::operator""s;

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const noexcept { return fd_; }

private:
  int fd_;
};

std::string cant_read(int error) {
  switch (error) {
  case ENOENT:
  case ENOTDIR:
    return "there is no such file";
  case EACCES:
  case EPERM:
    return "no permission to read it: the user that runs this program must be able to read the "
           "file "
           "and to enter its folders";
  default:
    return "it can't be read: " + std::generic_category().message(error);
  }
}

std::string too_large() {
  return "it is larger than " + std::to_string(pem_size_max / 1024) + " KiB";
}

bio_ptr reader_of(const std::string& text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// Refuses to give a passphrase. OpenSSL's own callback would ask on the terminal, even for a
/// certificate from the network that claims to be encrypted.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

} // namespace

tl::expected<std::string, std::string> read_file(const std::string& path) {
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat about {};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0)
    return unexpected{cant_read(errno)};
  if (!S_ISREG(about.st_mode))
    return unexpected{"it is not a regular file"s};
  std::string text(pem_size_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0)
      return unexpected{cant_read(errno)};
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  if (size > pem_size_max)
    return unexpected{too_large()};
  text.resize(size);
  return text;
}

tl::expected<certificates, std::string> read_certificates(const std::string& pem) {
  if (pem.size() > pem_size_max)
    return unexpected{too_large()};
  const error_scope errors;
  const auto in = reader_of(pem);
  certificates found;
  bool asked = false;
  while (auto* one = PEM_read_bio_X509(in.get(), nullptr, &no_passphrase, &asked)) {
    found.emplace_back(one);
    if (found.size() > certificates_max)
      return unexpected{"it contains more than " + std::to_string(certificates_max)
                        + " certificates"};
  }
  const auto why = ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  if (!at_end)
    return unexpected{"it contains a malformed certificate"s};
  if (found.empty())
    return unexpected{"it contains no certificate in PEM format (-----BEGIN CERTIFICATE-----)"s};
  return found;
}

tl::expected<key_ptr, std::string> read_key(const std::string& pem) {
  if (pem.size() > pem_size_max)
    return unexpected{too_large()};
  const error_scope errors;
  const auto in = reader_of(pem);
  bool asked = false;
  key_ptr key{PEM_read_bio_PrivateKey(in.get(), nullptr, &no_passphrase, &asked)};
  if (key)
    return key;
  if (asked)
    return unexpected{"the key is encrypted, and this program can't ask for the passphrase: store "
                      "the key without one (openssl pkey -in OLD -out NEW), readable for this "
                      "program only"s};
  if (pem.find("PRIVATE KEY-----") == std::string::npos)
    return unexpected{"it contains no private key in PEM format (-----BEGIN PRIVATE KEY-----)"s};
  return unexpected{"it contains a malformed private key"s};
}

} // namespace volumeviz::identity
