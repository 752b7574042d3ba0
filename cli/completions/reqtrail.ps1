
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'reqtrail' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'reqtrail'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'reqtrail' {
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('find', 'find', [CompletionResultType]::ParameterValue, 'Find calls by any of their IDs')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List calls by time, each with the ID to give to support')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Show the newest calls, and with -f those that end later')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Print what to give to support about one call')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which processes write a journal, and what each journal contains')
            [CompletionResult]::new('codes', 'codes', [CompletionResultType]::ParameterValue, 'Explain an error code, or a word of a trail')
            [CompletionResult]::new('follow', 'follow', [CompletionResultType]::ParameterValue, 'Wait until an OpenStack cloud has done what it accepted')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what happened to a resource of an OpenStack cloud, and why')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Serve a small NovaVMS on 127.0.0.1, with incidents on demand')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'reqtrail;find' {
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;list' {
            [CompletionResult]::new('--slow', '--slow', [CompletionResultType]::ParameterName, 'Calls that took this long or longer [default without a duration: 1s]')
            [CompletionResult]::new('--code', '--code', [CompletionResultType]::ParameterName, 'Calls with this code in any attempt: an API''s, or one such as ECONNREFUSED')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Calls with this status in any attempt: 503, or 5xx for the whole class')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Calls whose path template contains this; with * or ? the whole path has to match')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Calls of the program with this name')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Calls of this process')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'Calls to this API, such as novavms, or to this service, such as compute')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Calls that ended at this time or later: 2h (ago), 14:05, 2026-11-26 or ''2026-11-26 14:05''')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Calls that began at this time or earlier')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Calls that were under way around this time')
            [CompletionResult]::new('--within', '--within', [CompletionResultType]::ParameterName, 'How long before and after --at')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Only the newest N calls')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'Only the newest N calls')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--failed', '--failed', [CompletionResultType]::ParameterName, 'Calls that failed, or whose end is not known')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Calls in flight')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;tail' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many of the newest calls to show first')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'How many of the newest calls to show first')
            [CompletionResult]::new('--slow', '--slow', [CompletionResultType]::ParameterName, 'Calls that took this long or longer [default without a duration: 1s]')
            [CompletionResult]::new('--code', '--code', [CompletionResultType]::ParameterName, 'Calls with this code in any attempt: an API''s, or one such as ECONNREFUSED')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Calls with this status in any attempt: 503, or 5xx for the whole class')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Calls whose path template contains this; with * or ? the whole path has to match')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Calls of the program with this name')
            [CompletionResult]::new('--pid', '--pid', [CompletionResultType]::ParameterName, 'Calls of this process')
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'Calls to this API, such as novavms, or to this service, such as compute')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Calls that ended at this time or later: 2h (ago), 14:05, 2026-11-26 or ''2026-11-26 14:05''')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Calls that began at this time or earlier')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Calls that were under way around this time')
            [CompletionResult]::new('--within', '--within', [CompletionResultType]::ParameterName, 'How long before and after --at')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Continue until Ctrl-C')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Continue until Ctrl-C')
            [CompletionResult]::new('--failed', '--failed', [CompletionResultType]::ParameterName, 'Calls that failed, or whose end is not known')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;report' {
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Print the report as text for a ticket (the default)')
            [CompletionResult]::new('--curl', '--curl', [CompletionResultType]::ParameterName, 'Print a curl command that repeats the call''s last request')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;status' {
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;codes' {
            [CompletionResult]::new('--api', '--api', [CompletionResultType]::ParameterName, 'Only the codes of this API')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;follow' {
            [CompletionResult]::new('--request-id', '--request-id', [CompletionResultType]::ParameterName, 'ID of the request that began it; a server''s default is its newest action')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Size that volume.extend asked for, in GiB')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'How long to wait for the end')
            [CompletionResult]::new('--cloud', '--cloud', [CompletionResultType]::ParameterName, 'Cloud of clouds.yaml [default: OS_CLOUD, then the OS_* variables]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cloud [default: the one that its configuration names]')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;explain' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many actions, messages and tasks to show of each resource')
            [CompletionResult]::new('--last', '--last', [CompletionResultType]::ParameterName, 'How many actions, messages and tasks to show of each resource')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to read after the sign-in [default: no limit]')
            [CompletionResult]::new('--cloud', '--cloud', [CompletionResultType]::ParameterName, 'Cloud of clouds.yaml [default: OS_CLOUD, then the OS_* variables]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region of the cloud [default: the one that its configuration names]')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;sandbox' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port to listen on; 0 takes a free one')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Requests per minute, and in one burst, that each caller may send')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'What goes wrong with the next requests; can be repeated')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]')
            [CompletionResult]::new('--exit-with-parent', '--exit-with-parent', [CompletionResultType]::ParameterName, 'End when standard input is closed')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON Lines')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Print times in UTC, as always when the output is not a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'reqtrail;help' {
            [CompletionResult]::new('find', 'find', [CompletionResultType]::ParameterValue, 'Find calls by any of their IDs')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List calls by time, each with the ID to give to support')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Show the newest calls, and with -f those that end later')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Print what to give to support about one call')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which processes write a journal, and what each journal contains')
            [CompletionResult]::new('codes', 'codes', [CompletionResultType]::ParameterValue, 'Explain an error code, or a word of a trail')
            [CompletionResult]::new('follow', 'follow', [CompletionResultType]::ParameterValue, 'Wait until an OpenStack cloud has done what it accepted')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what happened to a resource of an OpenStack cloud, and why')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Serve a small NovaVMS on 127.0.0.1, with incidents on demand')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'reqtrail;help;find' {
            break
        }
        'reqtrail;help;list' {
            break
        }
        'reqtrail;help;tail' {
            break
        }
        'reqtrail;help;report' {
            break
        }
        'reqtrail;help;status' {
            break
        }
        'reqtrail;help;codes' {
            break
        }
        'reqtrail;help;follow' {
            break
        }
        'reqtrail;help;explain' {
            break
        }
        'reqtrail;help;sandbox' {
            break
        }
        'reqtrail;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
