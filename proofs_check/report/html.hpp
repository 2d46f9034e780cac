// What pages are made of: one self-contained HTML file, without scripts, that follows the reader's light or dark
// setting and can be printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace straightedge::report {

/// Text for HTML: & < > " ' as entities.
[[nodiscard]] std::string escaped(std::string_view text);

/// "data:TYPE;base64,...", for images and downloads without a network.
[[nodiscard]] std::string data_uri(std::string_view type, std::string_view bytes);

/// A link that saves `bytes` as a file of that name.
[[nodiscard]] std::string download(std::string_view file, std::string_view type, std::string_view bytes,
                                   std::string_view text);

/// <dt>NAME</dt><dd>text</dd>, the text escaped; "" for an empty text.
[[nodiscard]] std::string entry(std::string_view name, std::string_view text);

/// The paper's name, with a link to it.
[[nodiscard]] std::string paper();

/// How the program was called: STRAIGHTEDGE_CALLED_AS, which ./bootstrap sets, or "straightedge".
[[nodiscard]] std::string program();

/// A command of the program to copy: `program()` and `words`.
[[nodiscard]] std::string command(std::string_view words);

/// A table that scrolls by itself where it is wider than the page.
class Table {
 public:
  struct Column {
    std::string title;
    bool is_number = false;
    bool only_wide = false;  ///< left out on a narrow screen
    bool is_prose = false;   ///< broken into lines
    std::string meaning = {};
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// HTML, a cell a column.
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] bool is_empty() const { return rows_.empty(); }
  [[nodiscard]] std::string html() const;

 private:
  [[nodiscard]] std::string attributes(std::size_t column) const;
  std::vector<Column> columns_;
  std::string rows_;
};

/// The whole file.
[[nodiscard]] std::string page(std::string_view title, std::string_view body);

}  // namespace straightedge::report
