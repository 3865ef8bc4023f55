#include "engine/base/digest.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include <array>

#include "engine/base/text.h"

namespace bascule {
namespace {

struct AlgorithmRow {
  const char* name;
  const EVP_MD* (*method)();
};
constexpr AlgorithmRow algorithms[] = {{"SHA-256", EVP_sha256}, {"SHA-1", EVP_sha1}, {"MD5", EVP_md5}};

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xEDB88320u : 0);
    table[byte] = rest;
  }
  return table;
}
constexpr auto crc_table = make_crc_table();

}  // namespace

Result<std::string> digest_hex(DigestAlgorithm algorithm, std::string_view bytes) {
  const AlgorithmRow& row = algorithms[static_cast<std::size_t>(algorithm)];
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, row.method(), nullptr) != 1)
    return unsupported_error(std::string(row.name) + " is not available in this system's OpenSSL",
                             "look at the system's crypto policy (FIPS mode)");
  return to_hex({reinterpret_cast<const char*>(digest), size});
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t rest = ~seed;
  for (const char c : bytes) rest = crc_table[(rest ^ static_cast<unsigned char>(c)) & 0xFF] ^ (rest >> 8);
  return ~rest;
}

std::uint64_t xxh3_64(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Digest128 xxh3_128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::string Digest128::hex() const {
  std::string bytes;
  for (const std::uint64_t half : {high, low})
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(half >> shift & 0xFF);
  return to_hex(bytes);
}

void RowSetDigest::add(const Digest128& row) {
  const std::uint64_t low = sum_.low + row.low;
  sum_.high += row.high + (low < row.low ? 1 : 0);
  sum_.low = low;
}

}  // namespace bascule
