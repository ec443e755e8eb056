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
  set -l words (commandline --current-process --tokenize --cut-at-cursor)
  set -l token (commandline --current-token --cut-at-cursor)
  set -l candidates (paxkv complete -- $words[2..] $token 2>/dev/null)
  if test (count $candidates) -gt 0
    printf '%s\\n' $candidates
  else
    __fish_complete_path $token
  end
end
complete --command paxkv --no-files --arguments '(__paxkv_candidates)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
