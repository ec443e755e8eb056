/** Scripts that make a shell complete command lines of paxkv. They ask `paxkv complete`, so that they fit its version. */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const bash = `# Completion of paxkv for bash: source <(paxkv completion bash)
_paxkv() {
  local IFS=$'\\n'
  COMPREPLY=($(paxkv complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _paxkv paxkv
`;

const zsh = `#compdef paxkv
# Completion of paxkv for zsh: source <(paxkv completion zsh)
_paxkv() {
  local -a candidates
  candidates=("\${(@f)$(paxkv complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then compadd -- "\${candidates[@]}"; else _files; fi
}
compdef _paxkv paxkv
`;

const fish = `# Completion of paxkv for fish: paxkv completion fish | source
function __paxkv_candidates
  set -l words (commandline --tokenize --cut-at-cursor)
  paxkv complete -- $words[2..] (commandline --current-token) 2>/dev/null
end
complete --command paxkv --arguments '(__paxkv_candidates)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
