# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_reqtrail_global_optspecs
    string join \n journal= json utc h/help V/version
end

function __fish_reqtrail_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_reqtrail_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_reqtrail_using_subcommand
    set -l cmd (__fish_reqtrail_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c reqtrail -n "__fish_reqtrail_needs_command" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_needs_command" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -s h -l help -d 'Print help'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -s V -l version -d 'Print version'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "find" -d 'Find calls by any of their IDs'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "list" -d 'List calls by time, each with the ID to give to support'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "tail" -d 'Show the newest calls, and with -f those that end later'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "report" -d 'Print what to give to support about one call'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "status" -d 'Show which processes write a journal, and what each journal contains'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "codes" -d 'Explain an error code, or a word of a trail'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "follow" -d 'Wait until an OpenStack cloud has done what it accepted'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "explain" -d 'Say what happened to a resource of an OpenStack cloud, and why'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "sandbox" -d 'Serve a small NovaVMS on 127.0.0.1, with incidents on demand'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand find" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand find" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand find" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand find" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l slow -d 'Calls that took this long or longer [default without a duration: 1s]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l code -d 'Calls with this code in any attempt: an API\'s, or one such as ECONNREFUSED' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l status -d 'Calls with this status in any attempt: 503, or 5xx for the whole class' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l path -d 'Calls whose path template contains this; with * or ? the whole path has to match' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l service -d 'Calls of the program with this name' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l pid -d 'Calls of this process' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l api -d 'Calls to this API, such as novavms, or to this service, such as compute' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l since -d 'Calls that ended at this time or later: 2h (ago), 14:05, 2026-11-26 or \'2026-11-26 14:05\'' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l until -d 'Calls that began at this time or earlier' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l at -d 'Calls that were under way around this time' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l within -d 'How long before and after --at' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -s n -l last -d 'Only the newest N calls' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l failed -d 'Calls that failed, or whose end is not known'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l open -d 'Calls in flight'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -s n -l last -d 'How many of the newest calls to show first' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l slow -d 'Calls that took this long or longer [default without a duration: 1s]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l code -d 'Calls with this code in any attempt: an API\'s, or one such as ECONNREFUSED' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l status -d 'Calls with this status in any attempt: 503, or 5xx for the whole class' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l path -d 'Calls whose path template contains this; with * or ? the whole path has to match' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l service -d 'Calls of the program with this name' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l pid -d 'Calls of this process' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l api -d 'Calls to this API, such as novavms, or to this service, such as compute' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l since -d 'Calls that ended at this time or later: 2h (ago), 14:05, 2026-11-26 or \'2026-11-26 14:05\'' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l until -d 'Calls that began at this time or earlier' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l at -d 'Calls that were under way around this time' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l within -d 'How long before and after --at' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -s f -l follow -d 'Continue until Ctrl-C'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l failed -d 'Calls that failed, or whose end is not known'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand report" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand report" -l text -d 'Print the report as text for a ticket (the default)'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand report" -l curl -d 'Print a curl command that repeats the call\'s last request'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand report" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand report" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand status" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand status" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand status" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l api -d 'Only the codes of this API' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l request-id -d 'ID of the request that began it; a server\'s default is its newest action' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l size -d 'Size that volume.extend asked for, in GiB' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l deadline -d 'How long to wait for the end' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l cloud -d 'Cloud of clouds.yaml [default: OS_CLOUD, then the OS_* variables]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l region -d 'Region of the cloud [default: the one that its configuration names]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand follow" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -s n -l last -d 'How many actions, messages and tasks to show of each resource' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -l timeout -d 'How long to read after the sign-in [default: no limit]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -l cloud -d 'Cloud of clouds.yaml [default: OS_CLOUD, then the OS_* variables]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -l region -d 'Region of the cloud [default: the one that its configuration names]' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l port -d 'Port to listen on; 0 takes a free one' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l rate-limit -d 'Requests per minute, and in one burst, that each caller may send' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l incident -d 'What goes wrong with the next requests; can be repeated' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l journal -d 'Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l exit-with-parent -d 'End when standard input is closed'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l utc -d 'Print times in UTC, as always when the output is not a terminal'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "find" -d 'Find calls by any of their IDs'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "list" -d 'List calls by time, each with the ID to give to support'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "tail" -d 'Show the newest calls, and with -f those that end later'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "report" -d 'Print what to give to support about one call'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "status" -d 'Show which processes write a journal, and what each journal contains'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "codes" -d 'Explain an error code, or a word of a trail'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "follow" -d 'Wait until an OpenStack cloud has done what it accepted'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "explain" -d 'Say what happened to a resource of an OpenStack cloud, and why'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "sandbox" -d 'Serve a small NovaVMS on 127.0.0.1, with incidents on demand'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from find list tail report status codes follow explain sandbox help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
