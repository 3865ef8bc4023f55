// One constructor per output family; make_renderer() picks by the table of formats.
#pragma once

#include <memory>

#include "shell/render/renderer.h"

namespace bascule {

std::unique_ptr<Renderer> make_table_renderer(const RenderOptions& options,
                                              Output& output);  // aligned box markdown
std::unique_ptr<Renderer> make_expanded_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_delimited_renderer(const RenderOptions& options, Output& output);  // csv tsv
std::unique_ptr<Renderer> make_json_renderer(const RenderOptions& options, Output& output);  // json jsonl
std::unique_ptr<Renderer> make_html_renderer(const RenderOptions& options, Output& output);
std::unique_ptr<Renderer> make_insert_renderer(const RenderOptions& options, Output& output);

}  // namespace bascule
