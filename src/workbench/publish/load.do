* Loads every table into a frame of its own (Stata 16 or later). In the folder of the publication: do scripts/load.do
* Columns have Chinese labels; columns with a closed list of values are numbers with value labels.
version 16
capture frame change default
* The frame that is in use cannot be dropped: the script would end there when it is run for the second time.
foreach table in {tables} {
    capture frame drop `table'
    frame create `table'
    frame `table': use "stata/`table'.dta", clear
}
frame dir
* An example: frame change indicators
*          frlink m:1 form_id, frame(forms)
*          frget department year, from(forms)
