# Completion of reports(1) for bash: the program itself knows what could come
# next. Install it as /usr/share/bash-completion/completions/reports.
_reports() {
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete -- \
		"${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _reports reports
