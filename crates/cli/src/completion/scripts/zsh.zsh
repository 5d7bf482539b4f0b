#compdef PROGRAM
# Completion of PROGRAM for zsh. To use it, add this line to ~/.zshrc, behind compinit:
#   source <(PROGRAM completion zsh)
_PROGRAM() {
  local -a texts shown
  local text about
  local line="${(j: :)${(@)words[1,CURRENT-1]}} $PREFIX"
  while IFS=$'\t' read -r text about; do
    texts+=("$text")
    shown+=("$text${about:+  -- $about}")
  done < <(COMP_LINE=$line COMP_POINT=${#line} PROGRAM completion candidates zsh)
  if (( ${#texts} )); then
    compadd -Q -l -d shown -a texts
  else
    _files
  fi
}
compdef _PROGRAM PROGRAM
