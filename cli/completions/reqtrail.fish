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

complete -c reqtrail -n "__fish_reqtrail_needs_command" -l journal -d 'Folder of the journals; else REQTRAIL_JOURNAL, else the default folder' -r -F
complete -c reqtrail -n "__fish_reqtrail_needs_command" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -l utc -d 'Print times in UTC; off a terminal they always are'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -s h -l help -d 'Print help'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -s V -l version -d 'Print version'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "codes" -d 'Explain an error code, or a word of a trail'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "sandbox" -d 'Serve a little NovaVMS on 127.0.0.1, with incidents to choose'
complete -c reqtrail -n "__fish_reqtrail_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l api -d 'Only the codes of this API' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l journal -d 'Folder of the journals; else REQTRAIL_JOURNAL, else the default folder' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -l utc -d 'Print times in UTC; off a terminal they always are'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand codes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l port -d 'Port to listen on; a free one if it is 0' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l rate-limit -d 'Requests a minute, and at once, that each caller may send' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l incident -d 'What goes wrong with the next requests; may be given several times' -r
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l journal -d 'Folder of the journals; else REQTRAIL_JOURNAL, else the default folder' -r -F
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l exit-with-parent -d 'End when standard input is closed'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l json -d 'Print JSON Lines'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -l utc -d 'Print times in UTC; off a terminal they always are'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from codes sandbox help" -f -a "codes" -d 'Explain an error code, or a word of a trail'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from codes sandbox help" -f -a "sandbox" -d 'Serve a little NovaVMS on 127.0.0.1, with incidents to choose'
complete -c reqtrail -n "__fish_reqtrail_using_subcommand help; and not __fish_seen_subcommand_from codes sandbox help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
