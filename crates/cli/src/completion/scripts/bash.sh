# Completion of PROGRAM for bash. To use it, add this line to ~/.bashrc:
#   source <(PROGRAM completion bash)
complete -o default -C 'PROGRAM completion candidates bash' PROGRAM
