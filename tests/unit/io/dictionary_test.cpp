// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gcrisk/io/table.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::io {
namespace {

using clinical::Field;
using clinical::FieldType;

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "dictionary-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::vector<Field> parse(const std::string& fields) {
  return parse_dictionary("{\"fields\": [" + fields + "]}", "d.json");
}

TEST(Dictionary, ReadsBackEverythingThatItWrites) {
  auto table = read_table_text(
      "IID,age,sex,smokes,since,crp,note\n"
      "a,51,f,no,2020-01-02,1.5,x\nb,49,m,yes,2021-03-04,2.5,y\n",
      "people.csv");
  for (auto& column : table.columns()) {
    Field& field = column.field;
    field.title = "the " + field.name;
    if (field.name == "age") {
      field.unit = "a";
      field.minimum = 18;
      field.maximum = 110.5;
      field.code_system = "http://loinc.org";
      field.code = "30525-0";
      field.role = "feature";
      field.missing_codes = {"-9"};
    }
    if (field.name == "sex") field.ordered = true;
    if (field.name == "since") field.minimum = clinical::parse_date("2000-01-01");
    if (field.name == "note") {
      field.description = "free text";
      field.role = "ignore";
      field.type = FieldType::kText;
      column.texts = {"x", "y"};
      field.levels.clear();
    }
  }
  const Folder folder;
  const std::string path = (folder.path / "d.json").string();
  base::OutputFile file(path);
  write_dictionary(file, table);
  file.commit();
  const auto fields = read_dictionary(path);
  ASSERT_EQ(fields.size(), table.n_columns());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& expected = table.columns()[i].field;
    EXPECT_EQ(fields[i].name, expected.name);
    EXPECT_EQ(fields[i].type, expected.type) << expected.name;
    EXPECT_EQ(fields[i].title, expected.title);
    EXPECT_EQ(fields[i].description, expected.description);
    EXPECT_EQ(fields[i].unit, expected.unit);
    EXPECT_EQ(fields[i].code_system, expected.code_system);
    EXPECT_EQ(fields[i].code, expected.code);
    EXPECT_EQ(fields[i].source, expected.source);
    EXPECT_EQ(fields[i].missing_codes, expected.missing_codes);
    EXPECT_EQ(fields[i].levels, expected.levels) << expected.name;
    EXPECT_EQ(fields[i].ordered, expected.ordered);
    EXPECT_EQ(fields[i].minimum, expected.minimum) << expected.name;
    EXPECT_EQ(fields[i].maximum, expected.maximum) << expected.name;
    EXPECT_EQ(fields[i].role, expected.role);
  }
}

TEST(Dictionary, IsATableSchemaWithItsKey) {
  const auto fields = parse_dictionary(
      R"({"fields": [{"name": "patient", "type": "string"}, {"name": "x", "type": "number"}],
          "missingValues": ["", "NA", "999"], "primaryKey": "patient"})",
      "d.json");
  ASSERT_EQ(fields.size(), 1U);
  EXPECT_EQ(fields[0].name, "x");
  EXPECT_EQ(fields[0].missing_codes, std::vector<std::string>{"999"});
}

TEST(Dictionary, UnderstandsOtherWaysToSayTheSame) {
  EXPECT_EQ(
      parse(R"({"name": "x", "type": "string", "constraints": {"enum": ["a", "b"]}})")[0].type,
      FieldType::kCategory);
  EXPECT_EQ(parse(R"({"name": "x", "type": "category", "categories": ["a", "b"]})")[0].levels,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parse(R"({"name": "x", "type": "integer", "categories": [{"value": 1, "label": "one"},
                      {"value": 2, "label": "two"}]})")[0]
                .levels,
            (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(parse(R"({"name": "x"})")[0].type, FieldType::kText);
  EXPECT_EQ(parse(R"({"name": "x", "type": "date", "format": "default"})")[0].date_format, "");
  EXPECT_EQ(parse(R"({"name": "x", "type": "number", "constraints": {"minimum": "5"}})")[0].minimum,
            5.0);
}

TEST(Dictionary, SaysWhereItIsWrong) {
  EXPECT_ERROR_HINT(parse_dictionary("{\n\"fields\": [\n}", "d.json"),
                    base::MalformedError,
                    "d.json:3: this is not JSON",
                    "a comma or a quote is missing or too much near this line");
  EXPECT_ERROR_HINT(parse_dictionary("{}", "d.json"),
                    base::MalformedError,
                    "d.json: the key \"fields\" is missing, expected a Frictionless Table Schema",
                    "gcrisk ingest ehr writes one as PREFIX.dictionary.json");
  EXPECT_ERROR(parse("3"),
               base::MalformedError,
               "d.json: field 1 is not an object, expected {\"name\": …, \"type\": …}");
  EXPECT_ERROR(parse("{}"), base::MalformedError, "d.json: field 1 has no name, expected \"name\"");
  EXPECT_ERROR(parse(R"({"name": "x", "type": "nummer"})"),
               base::MalformedError,
               "d.json: field 1 ('x') has the type 'nummer', expected one of: number, integer, "
               "boolean, category, date, string");
  EXPECT_ERROR(parse(R"({"name": "x", "unit": 3})"),
               base::MalformedError,
               "d.json: field 1 ('x') has 3 as \"unit\", expected a text");
  EXPECT_ERROR(parse(R"({"name": "x", "missingValues": "-9"})"),
               base::MalformedError,
               "d.json: field 1 ('x') has \"-9\" as \"missingValues\", expected a list of texts");
  EXPECT_ERROR(parse(R"({"name": "x", "constraints": 1})"),
               base::MalformedError,
               "d.json: field 1 ('x') has constraints that are no object, expected {…}");
  EXPECT_ERROR(parse(R"({"name": "x", "type": "number", "constraints": {"minimum": "low"}})"),
               base::MalformedError,
               "d.json: field 1 ('x') has \"low\" as \"minimum\", expected a number");
  EXPECT_ERROR(parse(R"({"name": "x", "type": "date", "constraints": {"maximum": "2020"}})"),
               base::MalformedError,
               "d.json: field 1 ('x') has \"2020\" as \"maximum\", expected a date such as "
               "\"2020-03-01\"");
  EXPECT_ERROR(
      parse(R"({"name": "x", "type": "number", "constraints": {"minimum": 2, "maximum": 1}})"),
      base::MalformedError,
      "d.json: field 1 ('x') has a minimum above its maximum, expected a range");
  EXPECT_ERROR(parse(R"({"name": "x", "role": "label"})"),
               base::MalformedError,
               "d.json: field 1 ('x') has the role 'label', expected \"feature\" or \"ignore\"");
  EXPECT_ERROR(parse(R"({"name": "x"}, {"name": "x"})"),
               base::MalformedError,
               "d.json: field 2 ('x') stands twice, expected each name once");
}

TEST(Dictionary, IsFoundBesideItsTable) {
  const Folder folder;
  const std::string beside = (folder.path / "c.dictionary.json").string();
  const std::string stem = (folder.path / "c").string();
  EXPECT_EQ(dictionary_beside(stem + ".clinical.tsv"), "");
  std::ofstream(beside) << "{}";
  EXPECT_EQ(dictionary_beside(stem + ".clinical.tsv"), beside);
  EXPECT_EQ(dictionary_beside(stem + ".clinical.tsv.gz"), beside);
  EXPECT_EQ(dictionary_beside(stem + ".tsv"), "");
}

}  // namespace
}  // namespace gcrisk::io
