# Loads every table into the list `tables`. In the folder of the publication: source("scripts/load.R")
# With the package arrow the Parquet files are read, without it the CSV files.

folder <- if (dir.exists("data")) "." else ".."

# CSV files have an apostrophe before texts that a spreadsheet might calculate: it is no part of the text.
read_one <- function(name) {
  if (requireNamespace("arrow", quietly = TRUE)) {
    return(as.data.frame(arrow::read_parquet(file.path(folder, "data", paste0(name, ".parquet")))))
  }
  lines <- read.csv(file.path(folder, "csv", paste0(name, ".csv")), fileEncoding = "UTF-8-BOM", encoding = "UTF-8",
                    na.strings = "", stringsAsFactors = FALSE, check.names = FALSE, colClasses = "character")
  key <- dictionary[dictionary$table == name, ]
  for (column in names(lines)) {
    kind <- key$type[key$column == column]
    lines[[column]] <- switch(kind,
      text = sub("^'", "", lines[[column]]),
      whole = as.integer(lines[[column]]),
      number = as.numeric(lines[[column]]),
      flag = lines[[column]] == "true",
      day = as.Date(lines[[column]]))
  }
  lines
}

# Table, column and type of every column.
dictionary <- read.csv(file.path(folder, "scripts", "columns.csv"), stringsAsFactors = FALSE, colClasses = "character")
tables <- sapply(unique(dictionary$table), read_one, simplify = FALSE)
