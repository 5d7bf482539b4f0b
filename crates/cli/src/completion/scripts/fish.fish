# Completion of PROGRAM for fish. To use it, run this once:
#   PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish
function __PROGRAM_candidates
    set -lx COMP_LINE (commandline --current-process --cut-at-cursor | string collect)
    set -lx COMP_POINT (string length -- $COMP_LINE)
    PROGRAM completion candidates fish
end
complete --command PROGRAM --keep-order --arguments '(__PROGRAM_candidates)'
