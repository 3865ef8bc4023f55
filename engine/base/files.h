// Whole files: read, and written so that a crash leaves the old one or the new one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace bascule {

Result<std::string> read_file(const std::string& path);

// Writes a temporary file beside it, syncs it, and renames it over `path`. `mode` as of chmod: 0600 unless
// the file is meant for others.
Result<void> write_file_atomically(const std::string& path, std::string_view text, unsigned mode = 0600);

bool file_exists(const std::string& path);

// The names in a folder, sorted by bytes, without . and ..
Result<std::vector<std::string>> list_folder(const std::string& path);

}  // namespace bascule
